package io.tailrace.broker.log;

import org.apache.kafka.common.record.internal.DefaultRecord;

/** Row shape "records": a row for each record. Confined to one thread. */
final class RecordRows {

    /** The columns, in the order in which a row is written. */
    static final String COLUMNS =
            "topic_id, partition_id, partition_offset, key, value, headers, timestamp_ms, attributes, global_offset,"
                    + " producer_id, producer_epoch";

    private static final int FIELDS = 11;

    private final HeaderJson headerJson = new HeaderJson();

    void write(DefaultRecord record, PartitionId id, RowAttributes attributes, long globalOffset, CopyBuffer rows) {
        rows.row(FIELDS);
        rows.intField(id.topicId());
        rows.intField(id.partition());
        rows.longField(record.offset());
        if (record.hasKey()) {
            rows.bytesField(record.key());
        } else {
            rows.nullField();
        }
        if (record.hasValue()) {
            rows.bytesField(record.value());
        } else {
            rows.nullField();
        }
        if (record.headers().length > 0) {
            byte[] json = headerJson.encode(record.headers());
            rows.jsonbField(json, json.length);
        } else {
            rows.nullField();
        }
        rows.longField(record.timestamp());
        rows.shortField(attributes.bits());
        rows.longField(globalOffset);
        attributes.writeProducer(rows);
    }
}
