package io.tailrace.broker.group;

import io.tailrace.broker.sql.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntConsumer;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the coordinator writes to Postgres, on the coordinator's thread, and returns when it is committed. While one
 * write is under way, requests for the same shard gather, and the next write takes them all.
 *
 * <p>Kafka's runtime takes back what an exception says was not written. Where that is not known, because the connection broke,
 * or where somebody else wrote, the shard is given up and loaded again.
 *
 * <p>Thread-safe; each shard is written by one thread at a time.
 */
final class ShardWriter implements PartitionWriter {

    private static final Logger LOGGER = LoggerFactory.getLogger(ShardWriter.class);

    /** A group's metadata must fit into one batch; there is no log whose segments would set a limit. */
    private static final int MAX_BATCH_BYTES = 16 * 1024 * 1024;

    private static final LogConfig CONFIG =
            new LogConfig(Map.of("max.message.bytes", Integer.toString(MAX_BATCH_BYTES)));

    private final ShardConnections connections;
    private final CoordinatorRecordSerde serde;
    private final PendingStore pending;
    private final TransactionOutcomes transactions;
    private final IntConsumer reload;
    private final ConcurrentMap<TopicPartition, OwnedShard> shards = new ConcurrentHashMap<>();

    /** @param reload has a shard loaded again; returns at once */
    ShardWriter(
            ShardConnections connections,
            CoordinatorRecordSerde serde,
            TransactionOutcomes transactions,
            IntConsumer reload) {
        this.connections = connections;
        this.serde = serde;
        this.pending = new PendingStore(serde);
        this.transactions = transactions;
        this.reload = reload;
    }

    /** A shard is loaded; before the coordinator learns of it. */
    void own(TopicPartition partition, ShardStore.Claim claim) {
        shards.put(partition, new OwnedShard(partition, claim));
    }

    @Override
    public void registerListener(TopicPartition partition, Listener listener) {
        OwnedShard shard = shards.get(partition);
        if (shard != null) {
            shard.listen(listener);
        }
    }

    @Override
    public void deregisterListener(TopicPartition partition, Listener listener) {
        OwnedShard shard = shards.get(partition);
        if (shard != null && shard.hears(listener)) {
            shard.listen(null);
        }
    }

    @Override
    public LogConfig config(TopicPartition partition) {
        return CONFIG;
    }

    @Override
    public long append(
            TopicPartition partition, VerificationGuard guard, MemoryRecords records, short transactionVersion) {
        OwnedShard shard = shards.get(partition);
        if (shard == null || shard.isLost()) {
            throw new NotCoordinatorException("the shard " + partition.partition() + " is being loaded again");
        }
        MutableRecordBatch batch = records.batches().iterator().next();
        int count = (int) StreamSupport.stream(batch.spliterator(), false).count();
        ShardStore.Position position = shard.positionFor(count);
        try {
            if (!write(batch, position)) {
                throw lost(shard, partition);
            }
        } catch (SQLException e) {
            throw failed(shard, partition, e);
        }
        return shard.advanceTo(position.nextOffset());
    }

    private boolean write(MutableRecordBatch batch, ShardStore.Position position) throws SQLException {
        if (batch.isControlBatch()) {
            Record marker = batch.iterator().next();
            TransactionResult result =
                    EndTransactionMarker.deserialize(marker).controlType() == ControlRecordType.COMMIT
                            ? TransactionResult.COMMIT
                            : TransactionResult.ABORT;
            return connections.inTransaction(
                    connection -> pending.end(connection, position, batch.producerId(), result));
        }
        ShardChanges changes = ShardChanges.of(batch, position.logEndOffset(), serde);
        if (batch.isTransactional()) {
            OffsetProducer producer = new OffsetProducer(batch.producerId(), batch.producerEpoch());
            return connections.inTransaction(connection -> writePending(connection, position, producer, changes));
        }
        return connections.use(connection -> ShardStore.write(connection, position, changes));
    }

    private boolean writePending(
            Connection connection, ShardStore.Position position, OffsetProducer producer, ShardChanges changes)
            throws SQLException {
        if (!ShardStore.writePending(connection, position, producer, changes.puts())) {
            return false;
        }
        List<String> groups = changes.committedOffsets().stream()
                .map(record -> Objects.requireNonNull(record.committed()).groupId())
                .distinct()
                .toList();
        for (String group : groups) {
            transactions.keepOpen(connection, group, producer);
        }
        return true;
    }

    private RuntimeException lost(OwnedShard shard, TopicPartition partition) {
        LOGGER.atError()
                .addKeyValue("shard", partition.partition())
                .log("another broker has written to these consumer groups; they are loaded again");
        reload(shard, partition);
        return new NotCoordinatorException("the shard " + partition.partition() + " belongs to another broker");
    }

    private RuntimeException failed(OwnedShard shard, TopicPartition partition, SQLException e) {
        if (SqlOutcome.isUnknown(e)) {
            LOGGER.atWarn()
                    .setCause(e)
                    .addKeyValue("shard", partition.partition())
                    .log("the connection was lost while consumer groups were written; they are loaded again");
            reload(shard, partition);
            return new NotCoordinatorException("the connection to Postgres was lost");
        }
        if (SqlErrors.isPassing(e)) {
            return new CoordinatorNotAvailableException("Postgres is not available: " + e.getMessage());
        }
        LOGGER.atError()
                .setCause(e)
                .addKeyValue("shard", partition.partition())
                .log("Postgres refuses a change of consumer groups");
        return new UnknownServerException("Postgres refused the change");
    }

    private void reload(OwnedShard shard, TopicPartition partition) {
        if (shard.lose()) {
            reload.accept(partition.partition());
        }
    }

    /** Not needed: {@link TransactionOutcomes#keepOpen} checks when the offsets are written. */
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transactionalId, long producerId, short producerEpoch, int apiVersion) {
        return CompletableFuture.completedFuture(VerificationGuard.SENTINEL);
    }

    /** Only share groups and the log of their state call this. */
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long deleteBeforeOffset) {
        return CompletableFuture.failedFuture(new UnsupportedVersionException("There is no log to delete from."));
    }
}
