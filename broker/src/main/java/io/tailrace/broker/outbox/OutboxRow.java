package io.tailrace.broker.outbox;

import io.tailrace.broker.log.PartitionId;
import org.apache.kafka.common.record.internal.AbstractRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A record that waits in {@code kafka.outbox}. */
record OutboxRow(long id, PartitionId partition, SimpleRecord record) {

    /** The most that it adds to a record batch. */
    int sizeInBatch() {
        return AbstractRecords.estimateSizeInBytesUpperBound(
                        RecordBatch.CURRENT_MAGIC_VALUE,
                        CompressionType.NONE,
                        record.key(),
                        record.value(),
                        record.headers())
                - DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
    }
}
