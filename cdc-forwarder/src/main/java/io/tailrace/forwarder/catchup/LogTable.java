package io.tailrace.forwarder.catchup;

import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.Outcome;
import io.tailrace.forwarder.decode.TableDecoder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code kafka.messages} and {@code kafka.partitions}, as the forwarder reads them. Rows come in pieces that are
 * bounded by number and by size: a row's size is known without reading it ({@code octet_length} of a TOASTed value
 * looks only at its header). Immutable; each call runs one statement on the connection that it is given.
 */
public final class LogTable {
    private static final long MAX_PIECE_BYTES = 16L << 20;
    private static final String UNDEFINED_TABLE = "42P01";
    private static final String PIECE =
            """
            SELECT %s FROM (
                SELECT *, sum(coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                              + coalesce(octet_length(batch), 0) + coalesce(pg_column_size(headers), 0))
                          OVER (ORDER BY partition_offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
                FROM kafka.messages_%d
                WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?
                ORDER BY partition_offset LIMIT ?
            ) AS piece
            WHERE coalesce(bytes_before, 0) < ? ORDER BY partition_offset""";
    /** An append writes first_offset in the transaction that moves next_offset, so one statement sees both or neither. */
    private static final String EXTENTS =
            """
            SELECT p.topic_id, p.partition_id, p.log_start_offset, p.next_offset,
                   coalesce((SELECT min(o.first_offset) FROM kafka.transaction_partitions o
                             WHERE o.topic_id = p.topic_id AND o.partition_id = p.partition_id), p.next_offset)
            FROM kafka.partitions p JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL""";

    private static final String ALL_EXTENTS = EXTENTS + "\nORDER BY p.topic_id, p.partition_id";
    private static final String EXTENT = EXTENTS + "\nWHERE p.topic_id = ? AND p.partition_id = ?";
    private static final String OUTCOME = "SELECT EXISTS (SELECT FROM kafka.transaction_markers WHERE id = ?)";

    private final int maxRows;

    /** @param maxRows the most rows of one piece */
    public LogTable(int maxRows) {
        this.maxRows = maxRows;
    }

    /**
     * The log of a partition, from its first kept record to its next offset.
     *
     * @param stableExc the last stable offset: below it every transaction is decided, so what is there is committed
     */
    public record Extent(int topicId, int partition, long startInc, long endExc, long stableExc) {

        /** Whether the log ends with records of open transactions. */
        public boolean isUndecided() {
            return stableExc < endExc;
        }
    }

    /** The extents of all partitions of all topics that are not deleted. */
    public List<Extent> extents(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ALL_EXTENTS);
                ResultSet rows = statement.executeQuery()) {
            List<Extent> extents = new ArrayList<>();
            while (rows.next()) {
                extents.add(extent(rows));
            }
            return extents;
        }
    }

    /** The extent of a partition, or nothing if its topic is deleted. */
    public Optional<Extent> extent(Connection connection, int topicId, int partition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXTENT)) {
            statement.setInt(1, topicId);
            statement.setInt(2, partition);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(extent(rows)) : Optional.empty();
            }
        }
    }

    private static Extent extent(ResultSet row) throws SQLException {
        return new Extent(row.getInt(1), row.getInt(2), row.getLong(3), row.getLong(4), row.getLong(5));
    }

    /** Whether the outcome of a transaction can be seen: it may come down the stream a moment before. */
    public boolean isVisible(Connection connection, Outcome outcome) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OUTCOME)) {
            statement.setLong(1, outcome.marker());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /**
     * The next rows in a range of offsets, in their order; none means that the rest of the range is empty, or the topic
     * gone. Read from the leaf itself: through {@code kafka.messages} a session of Postgres may not see a leaf for a moment,
     * and its records would pass for deleted ones.
     */
    public List<LogRow> read(Connection connection, int topicId, int partition, long startInc, long endExc)
            throws SQLException {
        String sql = PIECE.formatted(TableDecoder.COLUMNS, topicId);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, topicId);
            statement.setInt(2, partition);
            statement.setLong(3, startInc);
            statement.setLong(4, endExc);
            statement.setInt(5, maxRows);
            statement.setLong(6, MAX_PIECE_BYTES);
            try (ResultSet rows = statement.executeQuery()) {
                List<LogRow> piece = new ArrayList<>();
                while (rows.next()) {
                    piece.add(TableDecoder.decode(topicId, partition, rows));
                }
                return piece;
            }
        } catch (SQLException e) {
            if (UNDEFINED_TABLE.equals(e.getSQLState())) {
                return List.of();
            }
            throw e;
        }
    }
}
