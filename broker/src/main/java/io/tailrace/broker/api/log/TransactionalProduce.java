package io.tailrace.broker.api.log;

import io.tailrace.broker.log.AppendFence;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.txn.ProducerIdentity;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;

/**
 * What a produce request is to transactions. From version 12 on it adds its partitions to the transaction (KIP-890); before, they
 * have been added by AddPartitionsToTxn. Stateless but for the coordinator.
 */
final class TransactionalProduce {

    /** The first version whose clients know that a transaction can only be aborted. */
    private static final short ABORTABLE_VERSION = 11;

    private final TransactionCoordinator transactions;
    private final AppendFence fence;

    TransactionalProduce(TransactionCoordinator transactions, AppendFence fence) {
        this.transactions = transactions;
        this.fence = fence;
    }

    /** Begins the appends, once their partitions are part of the transaction, if there is one. */
    <T> CompletableFuture<T> append(
            ProduceRequestData produce,
            short version,
            List<Partition> partitions,
            Supplier<CompletableFuture<T>> appends) {
        boolean nothingToAdd = partitions.isEmpty() || produce.transactionalId() == null;
        if (nothingToAdd || !ProduceRequest.isTransactionV2Requested(version)) {
            return appends.get();
        }
        if (fence.isUp()) {
            // A transaction that cannot get its records must not get their partitions.
            return CompletableFuture.failedFuture(AppendFence.refusal());
        }
        return producer(produce)
                .map(producer -> transactions.withPartitions(produce.transactionalId(), producer, partitions, appends))
                .orElseGet(appends);
    }

    /** Whose records these are, if they are transactional; what cannot be read is for the log to refuse. */
    private static Optional<ProducerIdentity> producer(ProduceRequestData produce) {
        return produce.topicData().stream()
                .flatMap(topic -> topic.partitionData().stream())
                .flatMap(partition -> firstBatch(partition).stream())
                .filter(RecordBatch::isTransactional)
                .findFirst()
                .map(batch -> new ProducerIdentity(batch.producerId(), batch.producerEpoch()));
    }

    private static Optional<RecordBatch> firstBatch(ProduceRequestData.PartitionProduceData partition) {
        try {
            return partition.records() instanceof MemoryRecords records
                    ? Optional.ofNullable(records.firstBatch())
                    : Optional.empty();
        } catch (CorruptRecordException e) {
            return Optional.empty();
        }
    }

    /** The exception as the version's clients know it. */
    static Throwable errorFor(short version, Throwable thrown) {
        if (thrown instanceof TransactionAbortableException && version < ABORTABLE_VERSION) {
            return new InvalidTxnStateException(thrown.getMessage());
        }
        return thrown;
    }

    /** The exception for a transaction that does not take the partitions; fencing and retries as producers know them. */
    static Throwable coordinatorError(Throwable thrown) {
        if (thrown instanceof ProducerFencedException) {
            return new InvalidProducerEpochException(thrown.getMessage());
        }
        boolean passing = thrown instanceof CoordinatorNotAvailableException
                || thrown instanceof CoordinatorLoadInProgressException
                || thrown instanceof NotCoordinatorException;
        return passing ? new NotEnoughReplicasException(thrown.getMessage()) : thrown;
    }
}
