package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.LogRows;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * Deletes the rows below the start of a log, a bounded number and size at a time. It goes upwards from where it was last time:
 * the index below is full of entries of rows that are gone. A batch within which the log starts stays until the start has
 * passed it. Confined to one thread.
 */
final class ExpiredRows {

    /** A transaction ends with the row that passes this: what is long is stored in many pieces, and all of them go. */
    private static final long STEP_BYTES = 32L << 20;

    private static final String BOUND =
            """
            SELECT partition_offset
            FROM (SELECT partition_offset, row_number() OVER below - 1 AS rows_below, sum(size) OVER below - size AS bytes_below
                  FROM (SELECT partition_offset, %s AS size
                        FROM %s
                        WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?
                        ORDER BY partition_offset
                        LIMIT ? + 1) AS candidates
                  WINDOW below AS (ORDER BY partition_offset ROWS UNBOUNDED PRECEDING)) AS sized
            WHERE rows_below = ? OR bytes_below >= ?
            ORDER BY partition_offset
            LIMIT 1
            """;

    private final Partition partition;
    private final int stepRows;
    private long deletedTo;
    private long doneFor;

    ExpiredRows(Partition partition, int stepRows) {
        this.partition = partition;
        this.stepRows = stepRows;
    }

    boolean isLeft() {
        return doneFor < partition.logStartOffset();
    }

    /** How far it has come: below this offset nothing is left. */
    long deletedTo() {
        return deletedTo;
    }

    /** Deletes some more rows, and says how many. */
    int step(Connection connection) throws SQLException {
        long start = partition.logStartOffset();
        OptionalLong bound = bound(connection, start);
        long endExc = bound.isPresent() ? bound.getAsLong() : LogRows.startOf(connection, partition, start);
        int rows = delete(connection, endExc);
        deletedTo = endExc;
        if (bound.isEmpty()) {
            doneFor = start;
        }
        return rows;
    }

    /** The first offset of the row that is left for the next step, if there is one below the start. */
    private OptionalLong bound(Connection connection, long start) throws SQLException {
        String sql = BOUND.formatted(LogRuns.ROW_BYTES, partition.topic().leaf());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindRange(statement, deletedTo, start);
            statement.setInt(5, stepRows);
            statement.setInt(6, stepRows);
            statement.setLong(7, STEP_BYTES);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    private int delete(Connection connection, long endExc) throws SQLException {
        String sql = "DELETE FROM " + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindRange(statement, deletedTo, endExc);
            return statement.executeUpdate();
        }
    }

    private void bindRange(PreparedStatement statement, long startInc, long endExc) throws SQLException {
        statement.setInt(1, partition.id().topicId());
        statement.setInt(2, partition.id().partition());
        statement.setLong(3, startInc);
        statement.setLong(4, endExc);
    }
}
