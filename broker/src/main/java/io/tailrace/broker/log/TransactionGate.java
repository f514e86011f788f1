package io.tailrace.broker.log;

import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a batch may be part of a transaction. Kafka asks the coordinator before the first append of each
 * transaction (KIP-890); here it has told the partition. Stateless but for the epochs.
 */
final class TransactionGate {

    private final ProducerEpochs epochs;

    TransactionGate(ProducerEpochs epochs) {
        this.epochs = epochs;
    }

    /**
     * Refuses what a fenced producer sends.
     *
     * @throws InvalidProducerEpochException for an epoch older than the coordinator's
     */
    void checkEpoch(DefaultRecordBatch header) {
        short current = epochs.currentEpoch(header.producerId());
        if (header.producerEpoch() < current) {
            throw staleEpoch(header, current);
        }
    }

    private static InvalidProducerEpochException staleEpoch(DefaultRecordBatch header, short current) {
        return new InvalidProducerEpochException("Epoch of producer " + header.producerId() + " is "
                + header.producerEpoch() + ", but the transaction coordinator's is " + current);
    }

    /**
     * The transaction that the batch belongs to; null for a batch that is in none.
     *
     * @throws TransactionAbortableException where the partition has not been added to an open transaction
     * @throws NotEnoughReplicasException where the transaction is about to end, which clients try again
     * @throws InvalidTxnStateException for records outside the transaction that their producer has open here
     */
    @Nullable
    OpenTransaction transactionOf(Partition partition, DefaultRecordBatch header) {
        OpenTransaction open = header.hasProducerId() ? partition.transaction(header.producerId()) : null;
        if (!header.isTransactional()) {
            if (open != null && open.hasRecords()) {
                throw new InvalidTxnStateException("Expected transactional write from producer " + header.producerId());
            }
            return null;
        }
        if (open == null || open.producerEpoch() != header.producerEpoch() || isUnknown(header)) {
            throw notPartOfTransaction(header);
        }
        if (open.isEnding()) {
            throw new NotEnoughReplicasException("The transaction of producer " + header.producerId() + " is ending");
        }
        return open;
    }

    /** True if the producer belongs to no transactional id: nobody would ever end its transaction. */
    private boolean isUnknown(DefaultRecordBatch header) {
        return epochs.currentEpoch(header.producerId()) == ProducerEpochs.NOT_TRANSACTIONAL;
    }

    /** The error for a batch that is not part of an open transaction. */
    RuntimeException notPartOfTransaction(DefaultRecordBatch header) {
        short current = epochs.currentEpoch(header.producerId());
        if (isUnknown(header)) {
            return new InvalidPidMappingException(
                    "Producer id " + header.producerId() + " belongs to no transactional id");
        }
        return header.producerEpoch() == current
                ? new TransactionAbortableException("The partition is not part of an open transaction of producer "
                        + header.producerId() + ", epoch " + header.producerEpoch())
                : staleEpoch(header, current);
    }
}
