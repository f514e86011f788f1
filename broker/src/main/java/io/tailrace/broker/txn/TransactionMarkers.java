package io.tailrace.broker.txn;

import io.tailrace.broker.log.OpenTransaction;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.txn.MarkerStore.Marked;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Outcomes that an administrator decides for single partitions (WriteTxnMarkers), as for a transaction that hangs: open in a
 * partition, and nobody will end it. The coordinator is not asked and does not change its mind: a transaction that it has
 * open stays so, and what its producer writes to the partition from then on waits for the coordinator's outcome.
 *
 * <p>Thread-safe. The futures complete on the executor, with Kafka's exception for each error.
 */
public final class TransactionMarkers {

    private final TransactionTable table;
    private final TransactionWrites writes;
    private final Executor executor;

    TransactionMarkers(TransactionTable table, TransactionWrites writes, Executor executor) {
        this.table = table;
        this.writes = writes;
        this.executor = executor;
    }

    /** Ends what the marker's producer has open in the partition, if there is anything. */
    public CompletableFuture<Void> write(Partition partition, PartitionMarker marker) {
        Optional<TransactionalProducer> owner =
                table.ofProducer(marker.producer().producerId());
        return owner.map(producer -> producer.tasks().<Void>submit(() -> {
                    writeOwned(producer, partition, marker);
                    return null;
                }))
                .orElseGet(() -> CompletableFuture.runAsync(() -> writeAlone(partition, marker), executor));
    }

    private void writeOwned(TransactionalProducer producer, Partition partition, PartitionMarker marker) {
        writes.refresh(producer);
        Transaction known = producer.transaction();
        boolean goesOn = known != null
                && known.producerId() == marker.producer().producerId()
                && producer.hasAll(List.of(partition.id()));
        if (!goesOn) {
            writeAlone(partition, marker);
            return;
        }
        Marked marked = writes.mark(producer, partition, marker);
        if (marked.ended()) {
            producer.rejoin(partition, marked.registration());
        }
        follow(partition, marked);
    }

    private void writeAlone(Partition partition, PartitionMarker marker) {
        Marked marked = writes.mark(partition, marker);
        OpenTransaction open = partition.transaction(marker.producer().producerId());
        if (open != null) {
            partition.endTransaction(open, false);
        }
        follow(partition, marked);
    }

    private static void follow(Partition partition, Marked marked) {
        if (marked.newEpoch()) {
            partition.onProducersChanged();
        }
    }
}
