package io.tailrace.broker.log;

import org.apache.kafka.common.record.internal.DefaultRecordBatch;

/** One batch that an idempotent producer has written. */
record ProducerBatch(int lastSequence, long lastOffset, int recordCount, long timestampMs) {

    int firstSequence() {
        return DefaultRecordBatch.decrementSequence(lastSequence, recordCount - 1);
    }

    long firstOffset() {
        return lastOffset - recordCount + 1;
    }
}
