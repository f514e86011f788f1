package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.StoredBatch;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.jspecify.annotations.Nullable;

/** The SQL of compaction. Stateless; each call runs on the connection given. */
final class CompactionStore {

    /** The longest key, in bytes, that stands for itself. */
    static final int LONGEST_KEY = 64;

    /**
     * What stands for a key: itself, or the hash of one that is long, for a page of rows must fit into memory. A hash is
     * 65 bytes, so that no key can pass for it. {@link KeyedRecords} does the same with the keys in a batch.
     */
    static final String KEY =
            "CASE WHEN octet_length(key) > " + LONGEST_KEY + " THEN sha512(key) || '\\x00' ELSE key END";

    private static final String COLUMNS =
            "partition_offset, partition_offset + record_count, " + KEY + ", value IS NULL, batch";

    private static final String PAGE =
            """
            SELECT %s
            FROM (SELECT *, sum(size) OVER (ORDER BY partition_offset ROWS UNBOUNDED PRECEDING) - size AS size_before
                  FROM (SELECT partition_offset, record_count, key, value, batch, coalesce(octet_length(batch), 0) AS size
                        FROM %s
                        WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?
                        ORDER BY partition_offset
                        LIMIT ?) AS candidates) AS sized
            WHERE size_before < ?
            ORDER BY partition_offset
            """;

    /** Only if it still holds the batch that was read: of two cleaners, one of which was cut off, none undoes the other. */
    private static final String REPLACE =
            """
            UPDATE %s SET batch = ?, timestamp_ms = ?
            WHERE topic_id = ? AND partition_id = ? AND partition_offset = ?
              AND octet_length(batch) = ? AND substring(batch FROM ? FOR 4) = ?
            """;

    private CompactionStore() {}

    /**
     * A row as compaction sees it: a record, or a batch.
     *
     * @param key what stands for the key of a record
     * @param batch null for a record
     */
    record Row(long offset, long endExc, @Nullable ByteBuffer key, boolean hasValue, @Nullable ByteBuffer batch) {

        int batchBytes() {
            ByteBuffer bytes = batch;
            return bytes == null ? 0 : bytes.remaining();
        }
    }

    /**
     * A finished round.
     *
     * @param cleanOffset below it no key has an older record
     * @param tombstones how many records without a value it has left there
     */
    record Finished(long cleanOffset, long finishedAtMs, long tombstones) {}

    /**
     * The next rows that begin in a range of offsets.
     *
     * @param maxBytes how much their batches may take together before the last of them
     */
    static List<Row> page(
            Connection connection, Partition partition, long startInc, long endExc, int rows, int maxBytes)
            throws SQLException {
        String sql = PAGE.formatted(COLUMNS, partition.topic().leaf());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            statement.setLong(3, startInc);
            statement.setLong(4, endExc);
            statement.setInt(5, rows);
            statement.setInt(6, maxBytes);
            try (ResultSet found = statement.executeQuery()) {
                List<Row> page = new ArrayList<>();
                while (found.next()) {
                    page.add(row(found));
                }
                return page;
            }
        }
    }

    private static Row row(ResultSet found) throws SQLException {
        return new Row(found.getLong(1), found.getLong(2), bytes(found, 3), !found.getBoolean(4), bytes(found, 5));
    }

    private static @Nullable ByteBuffer bytes(ResultSet found, int column) throws SQLException {
        byte[] bytes = found.getBytes(column);
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    /** Puts a smaller batch in the place of a row's. */
    static void replace(Connection connection, Partition partition, Row row, ByteBuffer before, StoredBatch after)
            throws SQLException {
        String sql = REPLACE.formatted(partition.topic().leaf());
        byte[] checksum = new byte[Integer.BYTES];
        before.get(DefaultRecordBatch.CRC_OFFSET, checksum);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, after.toBytes());
            statement.setLong(2, after.maxTimestampMs());
            statement.setInt(3, partition.id().topicId());
            statement.setInt(4, partition.id().partition());
            statement.setLong(5, row.offset());
            statement.setInt(6, before.remaining());
            statement.setInt(7, DefaultRecordBatch.CRC_OFFSET + 1);
            statement.setBytes(8, checksum);
            statement.executeUpdate();
        }
    }

    static void delete(Connection connection, Partition partition, List<Long> offsets) throws SQLException {
        String sql = "DELETE FROM " + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset = ANY (?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            statement.setArray(3, connection.createArrayOf("int8", offsets.toArray()));
            statement.executeUpdate();
        }
    }

    /** The newest row below an offset. */
    static Optional<Row> newest(Connection connection, Partition partition, long endExc) throws SQLException {
        String sql = "SELECT " + COLUMNS + " FROM " + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset < ?"
                + " ORDER BY partition_offset DESC LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            statement.setLong(3, endExc);
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? Optional.of(row(found)) : Optional.empty();
            }
        }
    }

    /** The rounds that are finished, in their order. */
    static List<Finished> finished(Connection connection, Partition partition) throws SQLException {
        String sql = "SELECT clean_offset, (extract(epoch FROM finished_at) * 1000)::bigint, tombstones"
                + " FROM kafka.compactions WHERE topic_id = ? AND partition_id = ? ORDER BY clean_offset";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            try (ResultSet rows = statement.executeQuery()) {
                List<Finished> rounds = new ArrayList<>();
                while (rows.next()) {
                    rounds.add(new Finished(rows.getLong(1), rows.getLong(2), rows.getLong(3)));
                }
                return rounds;
            }
        }
    }

    static void save(Connection connection, Partition partition, Finished round) throws SQLException {
        String sql =
                """
                INSERT INTO kafka.compactions (topic_id, partition_id, clean_offset, finished_at, tombstones)
                VALUES (?, ?, ?, to_timestamp(?::bigint / 1000.0), ?)
                ON CONFLICT (topic_id, partition_id, clean_offset) DO UPDATE
                SET finished_at = excluded.finished_at, tombstones = excluded.tombstones
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            statement.setLong(3, round.cleanOffset());
            statement.setLong(4, round.finishedAtMs());
            statement.setLong(5, round.tombstones());
            statement.executeUpdate();
        }
    }

    /** Forgets the rounds below an offset. */
    static void forgetBelow(Connection connection, Partition partition, long cleanOffset) throws SQLException {
        String sql = "DELETE FROM kafka.compactions WHERE topic_id = ? AND partition_id = ? AND clean_offset < ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            statement.setLong(3, cleanOffset);
            statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, Partition partition) throws SQLException {
        statement.setInt(1, partition.id().topicId());
        statement.setInt(2, partition.id().partition());
    }
}
