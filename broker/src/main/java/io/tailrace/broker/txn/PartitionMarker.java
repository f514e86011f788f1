package io.tailrace.broker.txn;

import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;

/**
 * An outcome that comes from outside, as WriteTxnMarkers has it: an administrator ends what a producer has open in one
 * partition, whatever the coordinator thinks of the transaction. Immutable.
 *
 * @param coordinatorEpoch of whoever decides: a later one has more to say
 * @param transactionVersion from 2 on each outcome comes with an epoch of its own (KIP-890)
 */
public record PartitionMarker(ProducerIdentity producer, boolean commit, int coordinatorEpoch, int transactionVersion) {

    private static final int FIRST_VERSION_WITH_OWN_EPOCH = 2;

    /** What the partition knows of the producer: by its batches and earlier markers. */
    record Known(short epoch, int coordinatorEpoch) {}

    /**
     * Requires that the marker is not older than what the partition has seen.
     *
     * @param open true if the producer has records of an open transaction there
     * @throws InvalidProducerEpochException for an older producer
     * @throws TransactionCoordinatorFencedException for an older coordinator
     */
    void check(Known known, boolean open) {
        if (isStale(known.epoch(), open)) {
            throw new InvalidProducerEpochException("Epoch of producer " + producer.producerId() + " is "
                    + producer.epoch() + " in the marker, the last seen epoch is " + known.epoch());
        }
        if (known.coordinatorEpoch() > coordinatorEpoch) {
            throw new TransactionCoordinatorFencedException("The coordinator's epoch is " + coordinatorEpoch
                    + " in the marker, the last seen one is " + known.coordinatorEpoch());
        }
    }

    private boolean isStale(short current, boolean open) {
        short epoch = producer.epoch();
        if (transactionVersion < FIRST_VERSION_WITH_OWN_EPOCH) {
            return epoch < current;
        }
        // The same marker once more has the epoch that it brought.
        boolean repeated = epoch == current && (!open || epoch == Short.MAX_VALUE);
        return epoch <= current && !repeated;
    }
}
