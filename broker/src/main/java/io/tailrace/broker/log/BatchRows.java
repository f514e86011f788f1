package io.tailrace.broker.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Row shape "batches": one row for a record batch, which stays as its producer compressed it. Its header becomes what consumers
 * get: with its offset, without the producer, whose sequences are no business of theirs, and outside any transaction, since
 * aborted rows are deleted. Stateless.
 */
final class BatchRows {

    /** The columns, in the order in which a row is written. */
    static final String COLUMNS =
            "topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch, attributes, global_offset,"
                    + " producer_id, producer_epoch";

    private static final int FIELDS = 10;
    private static final int PARTITION_LEADER_EPOCH = 0;

    private BatchRows() {}

    static void write(
            IncomingBatch batch,
            PartitionId id,
            long baseOffset,
            long maxTimestampMs,
            RowAttributes attributes,
            long globalOffset,
            CopyBuffer rows) {
        rows.row(FIELDS);
        rows.intField(id.topicId());
        rows.intField(id.partition());
        rows.longField(baseOffset);
        rows.intField(batch.count());
        rows.longField(maxTimestampMs);
        writeHeader(rows.bytesFieldInPlace(batch.bytes()), batch, baseOffset, maxTimestampMs, attributes);
        rows.shortField(attributes.bits());
        rows.longField(globalOffset);
        attributes.writeProducer(rows);
    }

    private static void writeHeader(
            ByteBuffer stored, IncomingBatch batch, long baseOffset, long maxTimestampMs, RowAttributes attributes) {
        DefaultRecordBatch header = batch.header();
        DefaultRecordBatch.writeHeader(
                stored,
                baseOffset,
                batch.count() - 1,
                batch.sizeInBytes(),
                RecordBatch.CURRENT_MAGIC_VALUE,
                header.compressionType(),
                attributes.logAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                header.baseTimestamp(),
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
