package io.tailrace.forwarder.catchup;

import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.TableDecoder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code kafka.messages} and {@code kafka.partitions}, as the forwarder reads them. Rows come in pieces that are
 * bounded by number and by size: a row's size is known without reading it ({@code octet_length} of a TOASTed value
 * looks only at its header). Immutable; each call runs one statement on the connection that it is given.
 */
public final class LogTable {
    private static final long MAX_PIECE_BYTES = 16L << 20;
    private static final String PIECE =
            """
            SELECT %s FROM (
                SELECT *, sum(coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                              + coalesce(octet_length(batch), 0) + coalesce(pg_column_size(headers), 0))
                          OVER (ORDER BY partition_offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
                FROM kafka.messages
                WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?
                ORDER BY partition_offset LIMIT ?
            ) AS piece
            WHERE coalesce(bytes_before, 0) < ? ORDER BY partition_offset"""
                    .formatted(TableDecoder.COLUMNS);
    private static final String ENDS =
            """
            SELECT p.topic_id, p.partition_id, p.log_start_offset, p.next_offset
            FROM kafka.partitions p JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL
            ORDER BY p.topic_id, p.partition_id""";
    private static final String END =
            """
            SELECT p.next_offset FROM kafka.partitions p JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL
            WHERE p.topic_id = ? AND p.partition_id = ?""";

    private final int maxRows;

    /** @param maxRows the most rows of one piece */
    public LogTable(int maxRows) {
        this.maxRows = maxRows;
    }

    /** The log of a partition, from its first kept record to its next offset. */
    public record Extent(int topicId, int partition, long startInc, long endExc) {}

    /** The extents of all partitions of all topics that are not deleted. */
    public List<Extent> extents(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ENDS);
                ResultSet rows = statement.executeQuery()) {
            List<Extent> extents = new ArrayList<>();
            while (rows.next()) {
                extents.add(new Extent(rows.getInt(1), rows.getInt(2), rows.getLong(3), rows.getLong(4)));
            }
            return extents;
        }
    }

    /** The next offset of a partition, or nothing if its topic is deleted. */
    public OptionalLong nextOffset(Connection connection, int topicId, int partition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setInt(1, topicId);
            statement.setInt(2, partition);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** The next rows in a range of offsets, in their order; none means that the rest of the range is empty. */
    public List<LogRow> read(Connection connection, int topicId, int partition, long startInc, long endExc)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PIECE)) {
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
        }
    }
}
