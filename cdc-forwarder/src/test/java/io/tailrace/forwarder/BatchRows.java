package io.tailrace.forwarder;

import io.tailrace.forwarder.decode.BatchRecords;
import io.tailrace.forwarder.decode.Batches;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.LogRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Writes rows that hold whole batches, with one codec after the other. Confined to one thread. */
final class BatchRows {
    private static final int MAX_RECORDS = 40;
    private static final List<CompressionType> CODECS = List.of(CompressionType.values());
    private static final int LOG_APPEND_TIME = 8;
    private static final int TRANSACTIONAL = 16;
    private static final String INSERT =
            """
            INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch,
                                        attributes, producer_id, producer_epoch, global_offset)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private int written;

    /**
     * As many batches as it takes.
     *
     * @param producerId of a transaction; otherwise null
     */
    void append(
            Connection database,
            int topicId,
            int partition,
            long first,
            List<SimpleRecord> records,
            @Nullable Long producerId)
            throws SQLException {
        for (int from = 0; from < records.size(); from += MAX_RECORDS) {
            List<SimpleRecord> some = records.subList(from, Math.min(from + MAX_RECORDS, records.size()));
            long maxMs = some.stream().mapToLong(SimpleRecord::timestamp).max().orElseThrow();
            byte[] batch = Batches.of(codec(), first + from, some.toArray(SimpleRecord[]::new));
            insert(database, topicId, partition, first + from, some.size(), maxMs, batch, 0, producerId);
        }
    }

    /** A batch of one record, with a time of its own where that of the append counts. */
    void append(
            Connection database,
            int topicId,
            int partition,
            long offset,
            SimpleRecord record,
            @Nullable Long appendedMs)
            throws SQLException {
        NavigableMap<Long, SimpleRecord> records = new TreeMap<>();
        records.put(offset, record);
        byte[] batch = Batches.of(codec(), offset, 1, records, appendedMs);
        long timestampMs = appendedMs == null ? record.timestamp() : appendedMs;
        int attributes = appendedMs == null ? 0 : LOG_APPEND_TIME;
        insert(database, topicId, partition, offset, 1, timestampMs, batch, attributes, null);
    }

    private CompressionType codec() {
        return CODECS.get(written++ % CODECS.size());
    }

    private static void insert(
            Connection database,
            int topicId,
            int partition,
            long offset,
            int count,
            long timestampMs,
            byte[] batch,
            int attributes,
            @Nullable Long producerId)
            throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(INSERT)) {
            statement.setInt(1, topicId);
            statement.setInt(2, partition);
            statement.setLong(3, offset);
            statement.setInt(4, count);
            statement.setLong(5, timestampMs);
            statement.setBytes(6, batch);
            statement.setInt(7, attributes | (producerId == null ? 0 : TRANSACTIONAL));
            statement.setObject(8, producerId);
            statement.setObject(9, producerId == null ? null : 0);
            statement.setLong(10, offset);
            statement.executeUpdate();
        }
    }

    /** As compaction does: a batch keeps the offsets that it covers, and goes with its last record. */
    void delete(Connection database, int topicId, int partition, LongPredicate gone) throws SQLException {
        for (LogBatch batch : all(database, topicId, partition)) {
            List<LogRow> records = records(batch);
            NavigableMap<Long, SimpleRecord> kept = new TreeMap<>();
            for (LogRow record : records) {
                if (!gone.test(record.offset())) {
                    kept.put(record.offset(), simple(record));
                }
            }
            if (kept.size() < records.size()) {
                replace(database, batch, kept);
            }
        }
    }

    private static SimpleRecord simple(LogRow record) {
        return new SimpleRecord(
                record.timestampMs(),
                record.key(),
                record.value(),
                record.headers().toArray(Header[]::new));
    }

    private static List<LogRow> records(LogBatch batch) {
        List<LogRow> records = new ArrayList<>();
        Iterator<LogRow> each = new BatchRecords(64 << 20).read(batch, 0, Long.MAX_VALUE);
        each.forEachRemaining(records::add);
        return records;
    }

    private static List<LogBatch> all(Connection database, int topicId, int partition) throws SQLException {
        try (PreparedStatement statement =
                database.prepareStatement("SELECT partition_offset, record_count, batch FROM kafka.messages"
                        + " WHERE topic_id = ? AND partition_id = ? AND batch IS NOT NULL ORDER BY 1")) {
            statement.setInt(1, topicId);
            statement.setInt(2, partition);
            try (ResultSet row = statement.executeQuery()) {
                List<LogBatch> batches = new ArrayList<>();
                while (row.next()) {
                    batches.add(new LogBatch(topicId, partition, row.getLong(1), row.getInt(2), row.getBytes(3)));
                }
                return batches;
            }
        }
    }

    private void replace(Connection database, LogBatch batch, NavigableMap<Long, SimpleRecord> kept)
            throws SQLException {
        String sql = kept.isEmpty()
                ? "DELETE FROM kafka.messages WHERE topic_id = ? AND partition_id = ? AND partition_offset = ?"
                : "UPDATE kafka.messages SET batch = ? WHERE topic_id = ? AND partition_id = ? AND partition_offset = ?";
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            int parameter = 1;
            if (!kept.isEmpty()) {
                statement.setBytes(parameter++, Batches.of(codec(), batch.offset(), batch.recordCount(), kept, null));
            }
            statement.setInt(parameter++, batch.topicId());
            statement.setInt(parameter++, batch.partition());
            statement.setLong(parameter, batch.offset());
            statement.executeUpdate();
        }
    }
}
