package io.tailrace.broker.group;

import io.tailrace.broker.sql.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reads a shard: takes it, ends the transactions whose outcome is decided, replays its records in the order in which they
 * were written, then those that wait for an outcome. Until Postgres can be reached it tries again, and the shard answers
 * that it is loading.
 *
 * <p>Works on the executor given. Owns: the executor.
 */
final class ShardLoader implements CoordinatorLoader<CoordinatorRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(ShardLoader.class);
    private static final Duration RETRY = Duration.ofMillis(300);

    private final ShardConnections connections;
    private final ShardWriter writer;
    private final CoordinatorRecordSerde serde;
    private final PendingStore pending;
    private final TransactionOutcomes transactions;
    private final ScheduledExecutorService executor;
    private final int leaseEpoch;
    private final Time time;
    private final IntConsumer reload;
    private final Runnable loaded;
    private volatile boolean closed;

    /**
     * @param reload has a shard loaded again; returns at once
     * @param loaded told of each shard that is there; returns at once
     */
    ShardLoader(
            ShardConnections connections,
            ShardWriter writer,
            CoordinatorRecordSerde serde,
            TransactionOutcomes transactions,
            ScheduledExecutorService executor,
            int leaseEpoch,
            Time time,
            IntConsumer reload,
            Runnable loaded) {
        this.connections = connections;
        this.writer = writer;
        this.serde = serde;
        this.pending = new PendingStore(serde);
        this.transactions = transactions;
        this.executor = executor;
        this.leaseEpoch = leaseEpoch;
        this.time = time;
        this.reload = reload;
        this.loaded = loaded;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
        CompletableFuture<LoadSummary> done = new CompletableFuture<>();
        Loading loading = new Loading(partition, playback, done, time.milliseconds());
        try {
            executor.execute(() -> attempt(loading));
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e);
        }
        return done;
    }

    /** A shard being loaded. */
    private record Loading(
            TopicPartition partition,
            CoordinatorPlayback<CoordinatorRecord> playback,
            CompletableFuture<LoadSummary> done,
            long startMs) {

        int shard() {
            return partition.partition();
        }
    }

    private void attempt(Loading loading) {
        try {
            Optional<ShardStore.Claim> claim =
                    connections.inTransaction(connection -> claim(connection, loading.shard()));
            if (claim.isEmpty()) {
                LOGGER.atError()
                        .addKeyValue("shard", loading.shard())
                        .log("another broker has these consumer groups now");
                throw new NotLeaderOrFollowerException("another broker has taken the database over");
            }
            replay(loading, claim.get());
        } catch (SQLException e) {
            retry(loading, e);
        } catch (RuntimeException e) {
            loading.done().completeExceptionally(e);
        }
    }

    /** Until here nothing has been replayed, so it can be tried again. */
    private void retry(Loading loading, SQLException e) {
        if (closed) {
            loading.done().completeExceptionally(e);
            return;
        }
        LOGGER.atLevel(SqlErrors.isPassing(e) ? Level.DEBUG : Level.WARN)
                .setCause(e)
                .addKeyValue("shard", loading.shard())
                .log("consumer groups cannot be loaded yet");
        schedule(() -> attempt(loading));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it does it tells by the loading's own future.
    private void schedule(Runnable action) {
        try {
            executor.schedule(action, RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.atDebug().setCause(e).log("the broker stops");
        }
    }

    private Optional<ShardStore.Claim> claim(Connection connection, int shard) throws SQLException {
        Optional<ShardStore.Claim> claim = ShardStore.claim(connection, shard, leaseEpoch);
        return claim.isPresent() ? Optional.of(endDecided(connection, shard, claim.get())) : claim;
    }

    /** Ends the transactions whose outcome did not reach the shard; each counts as a marker in its log. */
    private ShardStore.Claim endDecided(Connection connection, int shard, ShardStore.Claim claim) throws SQLException {
        List<OffsetProducer> producers = pending.producers(connection, shard);
        long end = claim.logEndOffset();
        if (!producers.isEmpty()) {
            for (Map.Entry<OffsetProducer, TransactionResult> decided :
                    transactions.decided(connection, producers).entrySet()) {
                ShardStore.Position position = new ShardStore.Position(shard, claim.leaderEpoch(), end, ++end);
                pending.end(connection, position, decided.getKey().producerId(), decided.getValue());
            }
        }
        return new ShardStore.Claim(claim.leaderEpoch(), end);
    }

    /** What is replayed cannot be taken back: if this fails, the shard begins anew. */
    private void replay(Loading loading, ShardStore.Claim claim) {
        try {
            long records = connections.inTransaction(
                    connection -> new ShardReplay(loading.playback(), serde).run(connection, loading.shard(), claim));
            writer.own(loading.partition(), claim);
            loading.done().complete(new LoadSummary(loading.startMs(), time.milliseconds(), 0, records, 0));
            loaded.run();
        } catch (SQLException | RuntimeException e) {
            if (!closed) {
                LOGGER.atError()
                        .setCause(e)
                        .addKeyValue("shard", loading.shard())
                        .log("consumer groups could not be read; they are read again");
            }
            loading.done().completeExceptionally(e);
            schedule(() -> reload.accept(loading.shard()));
        }
    }

    @Override
    public void close() {
        closed = true;
        executor.shutdownNow();
    }
}
