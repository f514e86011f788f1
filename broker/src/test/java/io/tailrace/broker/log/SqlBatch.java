package io.tailrace.broker.log;

import io.tailrace.broker.topic.Topic;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A record batch as a row of the shape "batches". */
final class SqlBatch {

    private static final int BUFFER_BYTES = 1024;

    private final RecordBatch batch;
    private final byte[] bytes;

    private SqlBatch(MemoryRecords records) {
        this.batch = records.batches().iterator().next();
        this.bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
    }

    /** A batch with an offset for each record. */
    static SqlBatch of(Compression compression, long baseOffset, List<SimpleRecord> records) {
        return new SqlBatch(MemoryRecords.withRecords(baseOffset, compression, records.toArray(SimpleRecord[]::new)));
    }

    /** A batch whose records have the time of the append. */
    static SqlBatch appendedAt(long timestampMs, Compression compression, long baseOffset, List<SimpleRecord> records) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(BUFFER_BYTES),
                RecordBatch.MAGIC_VALUE_V2,
                compression,
                TimestampType.LOG_APPEND_TIME,
                baseOffset,
                timestampMs);
        records.forEach(builder::append);
        return new SqlBatch(builder.build());
    }

    /** What compaction has left of a batch. */
    static SqlBatch compacted(
            Compression compression, long baseOffset, long lastOffset, Map<Long, SimpleRecord> records) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(BUFFER_BYTES), compression, TimestampType.CREATE_TIME, baseOffset);
        new TreeMap<>(records).forEach(builder::appendWithOffset);
        builder.overrideLastOffset(lastOffset);
        return new SqlBatch(builder.build());
    }

    RecordBatch batch() {
        return batch;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Writes the row, of a transaction if a producer is given, and moves the end of the partition. */
    void insert(LogFixture log, Topic topic, int partition, long producerId) throws SQLException {
        boolean transactional = producerId != RecordBatch.NO_PRODUCER_ID;
        int attributes = (batch.timestampType() == TimestampType.LOG_APPEND_TIME ? RowAttributes.LOG_APPEND_TIME : 0)
                | (transactional ? RowAttributes.TRANSACTIONAL : 0);
        String sql =
                """
                INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch,
                                            attributes, producer_id, producer_epoch, global_offset)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """;
        try (Connection connection = log.address().connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, topic.id());
            statement.setInt(2, partition);
            statement.setLong(3, batch.baseOffset());
            statement.setInt(4, (int) (batch.lastOffset() - batch.baseOffset() + 1));
            statement.setLong(5, batch.maxTimestamp());
            statement.setBytes(6, bytes);
            statement.setInt(7, attributes);
            if (transactional) {
                statement.setLong(8, producerId);
                statement.setInt(9, 0);
            } else {
                statement.setNull(8, Types.BIGINT);
                statement.setNull(9, Types.SMALLINT);
            }
            statement.setLong(10, 1_000_000 + batch.baseOffset());
            statement.executeUpdate();
        }
        log.execute("UPDATE kafka.partitions SET next_offset = greatest(next_offset, " + batch.nextOffset()
                + ") WHERE topic_id = " + topic.id() + " AND partition_id = " + partition);
    }

    void insert(LogFixture log, Topic topic, int partition) throws SQLException {
        insert(log, topic, partition, RecordBatch.NO_PRODUCER_ID);
    }
}
