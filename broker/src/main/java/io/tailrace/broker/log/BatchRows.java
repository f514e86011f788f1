package io.tailrace.broker.log;

import java.nio.ByteBuffer;

/** Row shape "batches": one row for a record batch, which stays as its producer compressed it. Stateless. */
final class BatchRows {

    /** The columns, in the order in which a row is written. */
    static final String COLUMNS =
            "topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch, attributes, global_offset,"
                    + " producer_id, producer_epoch";

    private static final int FIELDS = 10;

    private BatchRows() {}

    /** Adds the row, and returns the batch as it stands there until the next row is added. */
    static ByteBuffer write(
            ServedBatch served, PartitionId id, RowAttributes attributes, long globalOffset, CopyBuffer rows) {
        IncomingBatch batch = served.batch();
        rows.row(FIELDS);
        rows.intField(id.topicId());
        rows.intField(id.partition());
        rows.longField(served.baseOffset());
        rows.intField(batch.count());
        rows.longField(served.maxTimestampMs());
        ByteBuffer stored = rows.bytesFieldInPlace(batch.bytes());
        served.writeHeader(stored.duplicate(), batch.header().compressionType());
        rows.shortField(attributes.bits());
        rows.longField(globalOffset);
        attributes.writeProducer(rows);
        return stored;
    }
}
