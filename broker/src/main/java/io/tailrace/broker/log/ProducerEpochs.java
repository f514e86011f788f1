package io.tailrace.broker.log;

/** What the transaction coordinator says of a producer. Asked on the appenders' threads, so it must not block. */
@FunctionalInterface
public interface ProducerEpochs {

    /** The epoch of a producer that is not transactional. */
    short NOT_TRANSACTIONAL = -1;

    /** The producer's epoch as it is now, or {@link #NOT_TRANSACTIONAL}. */
    short currentEpoch(long producerId);
}
