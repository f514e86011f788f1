package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Rows of the log, written and read by SQL. */
public final class StoredRows {

    private static final int LEADER_EPOCH = 0;

    private StoredRows() {}

    /** A record, whatever the shape of its row. */
    public record StoredRecord(long offset, long timestampMs, @Nullable String key, @Nullable String value) {

        @Override
        public String toString() {
            return offset + ":" + key + (value == null ? "" : "=" + value);
        }
    }

    /** A batch as a row holds it. */
    public static ByteBuffer batch(long baseOffset, CompressionType codec, List<SimpleRecord> records) {
        return MemoryRecords.withRecords(
                        RecordBatch.CURRENT_MAGIC_VALUE,
                        baseOffset,
                        Compression.of(codec).build(),
                        TimestampType.CREATE_TIME,
                        RecordBatch.NO_PRODUCER_ID,
                        RecordBatch.NO_PRODUCER_EPOCH,
                        RecordBatch.NO_SEQUENCE,
                        LEADER_EPOCH,
                        false,
                        records.toArray(SimpleRecord[]::new))
                .buffer();
    }

    /** The same with the time of the append as the time of its records. */
    public static ByteBuffer withLogAppendTime(ByteBuffer batch, long timeMs) {
        MutableRecordBatch header =
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        header.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, timeMs);
        return batch;
    }

    /** Writes a row with a batch of these records. @return the offset of the first */
    public static long appendBatch(
            LogFixture log, Partition partition, CompressionType codec, List<SimpleRecord> records)
            throws SQLException {
        long baseOffset = partition.highWatermark();
        append(log, partition, batch(baseOffset, codec, records));
        return baseOffset;
    }

    /** Writes a row with a batch that begins at the end of the log, and lets memory know. */
    public static void append(LogFixture log, Partition partition, ByteBuffer batch) throws SQLException {
        MutableRecordBatch header =
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        byte[] bytes = new byte[batch.remaining()];
        batch.get(0, bytes);
        String sql =
                """
                WITH appended AS (
                    UPDATE kafka.partitions SET next_offset = next_offset + ?
                    WHERE topic_id = ? AND partition_id = ? AND next_offset = ?
                    RETURNING topic_id, partition_id)
                INSERT INTO kafka.messages
                    (topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch, attributes, global_offset)
                SELECT topic_id, partition_id, ?, ?, ?, ?, ?, nextval('kafka.global_offset_blocks') FROM appended
                """;
        int count = (int) (header.lastOffset() - header.baseOffset() + 1);
        boolean logAppendTime = header.timestampType() == TimestampType.LOG_APPEND_TIME;
        try (Connection connection = log.address().connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, count);
            statement.setInt(2, partition.id().topicId());
            statement.setInt(3, partition.id().partition());
            statement.setLong(4, header.baseOffset());
            statement.setLong(5, header.baseOffset());
            statement.setInt(6, count);
            statement.setLong(7, header.maxTimestamp());
            statement.setBytes(8, bytes);
            statement.setInt(9, logAppendTime ? RowAttributes.LOG_APPEND_TIME : 0);
            assertThat(statement.executeUpdate()).isEqualTo(1);
            log.partitions().reload(connection);
        }
    }

    /** The records of all rows, in the order of their offsets; of batches, that they are what their rows say is checked. */
    public static List<StoredRecord> records(LogFixture log) throws SQLException {
        String sql = "SELECT partition_offset, record_count, timestamp_ms, key, value, batch FROM kafka.messages"
                + " ORDER BY topic_id, partition_id, partition_offset";
        List<StoredRecord> found = new ArrayList<>();
        try (Connection connection = log.address().connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                byte[] batch = row.getBytes(6);
                if (batch == null) {
                    found.add(new StoredRecord(
                            row.getLong(1), row.getLong(3), text(row.getBytes(4)), text(row.getBytes(5))));
                } else {
                    found.addAll(records(batch, row.getLong(1), row.getInt(2), row.getLong(3)));
                }
            }
        }
        return found;
    }

    private static List<StoredRecord> records(byte[] bytes, long baseOffset, int offsets, long timestampMs) {
        MemoryRecords memory = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
        assertThat(memory.batches()).hasSize(1);
        MutableRecordBatch batch = memory.batches().iterator().next();
        batch.ensureValid();
        assertThat(batch.baseOffset()).isEqualTo(baseOffset);
        assertThat(batch.nextOffset()).isEqualTo(baseOffset + offsets);
        assertThat(batch.maxTimestamp()).isEqualTo(timestampMs);
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(LEADER_EPOCH);
        List<StoredRecord> found = new ArrayList<>();
        for (Record record : batch) {
            found.add(new StoredRecord(record.offset(), record.timestamp(), text(record.key()), text(record.value())));
        }
        assertThat(found).isNotEmpty().hasSize(batch.countOrNull());
        assertThat(found.stream().mapToLong(StoredRecord::timestampMs).max()).hasValue(timestampMs);
        return found;
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
