package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.Partition;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The SQL of compaction. Stateless; each call runs on the connection given. */
final class CompactionStore {

    /**
     * What stands for a key: itself, or the hash of one that is long, for a page of rows must fit into memory. A hash is
     * 65 bytes, so that no key can pass for it.
     */
    private static final String KEY = "CASE WHEN octet_length(key) > 64 THEN sha512(key) || '\\x00' ELSE key END";

    private static final String PAGE = "SELECT partition_offset, " + KEY + ", value IS NULL FROM %s"
            + " WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?"
            + " AND batch IS NULL ORDER BY partition_offset LIMIT ?";

    private CompactionStore() {}

    /** A record as compaction sees it. */
    record Row(long offset, @Nullable ByteBuffer key, boolean hasValue) {

        boolean isTombstone() {
            return key != null && !hasValue;
        }
    }

    /**
     * A finished round.
     *
     * @param cleanOffset below it no key has an older record
     * @param tombstones how many records without a value it has left there
     */
    record Finished(long cleanOffset, long finishedAtMs, long tombstones) {}

    /** The next rows in a range of offsets. */
    static List<Row> page(Connection connection, Partition partition, long startInc, long endExc, int rows)
            throws SQLException {
        String sql = PAGE.formatted(partition.topic().leaf());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            statement.setLong(3, startInc);
            statement.setLong(4, endExc);
            statement.setInt(5, rows);
            try (ResultSet found = statement.executeQuery()) {
                List<Row> page = new ArrayList<>();
                while (found.next()) {
                    byte[] key = found.getBytes(2);
                    page.add(
                            new Row(found.getLong(1), key == null ? null : ByteBuffer.wrap(key), !found.getBoolean(3)));
                }
                return page;
            }
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

    /** The offset of the newest record below an offset. */
    static OptionalLong newest(Connection connection, Partition partition, long endExc) throws SQLException {
        String sql = "SELECT partition_offset FROM " + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset < ?"
                + " ORDER BY partition_offset DESC LIMIT 1";
        return offset(connection, sql, partition, endExc);
    }

    private static OptionalLong offset(Connection connection, String sql, Partition partition, long bound)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, partition);
            statement.setLong(3, bound);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
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
