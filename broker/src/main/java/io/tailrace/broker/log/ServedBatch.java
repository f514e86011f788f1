package io.tailrace.broker.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * A batch as consumers get it: with its offset, without the producer, whose sequences are no business of theirs, and outside any
 * transaction, since aborted records are deleted.
 *
 * @param maxTimestampMs the greatest of its records' timestamps
 */
record ServedBatch(IncomingBatch batch, long baseOffset, long maxTimestampMs, boolean logAppendTime) {

    private static final int PARTITION_LEADER_EPOCH = 0;

    long nextOffset() {
        return baseOffset + batch.count();
    }

    /**
     * Writes the header in front of the records, which are there already.
     *
     * @param bytes the whole batch, from its position to its limit
     * @param codec of the records as they stand there
     */
    void writeHeader(ByteBuffer bytes, CompressionType codec) {
        DefaultRecordBatch.writeHeader(
                bytes,
                baseOffset,
                batch.count() - 1,
                bytes.remaining(),
                RecordBatch.CURRENT_MAGIC_VALUE,
                codec,
                logAppendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                batch.header().baseTimestamp(),
                maxTimestampMs,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                false,
                false,
                false,
                PARTITION_LEADER_EPOCH,
                batch.count());
    }
}
