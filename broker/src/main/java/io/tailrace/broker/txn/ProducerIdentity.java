package io.tailrace.broker.txn;

import org.apache.kafka.common.record.internal.RecordBatch;

/** By what the log knows a producer: its id, and the epoch that tells it from its predecessors. */
public record ProducerIdentity(long producerId, short epoch) {

    /** Of an answer that names no producer. */
    public static final ProducerIdentity NONE =
            new ProducerIdentity(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH);
}
