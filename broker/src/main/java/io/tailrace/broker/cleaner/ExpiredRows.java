package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * Deletes the rows below the start of a log, a bounded number at a time. It goes upwards from where it was last time: the
 * index below is full of entries of rows that are gone. Confined to one thread.
 */
final class ExpiredRows {

    private final Partition partition;
    private final int stepRows;
    private long deletedTo;

    ExpiredRows(Partition partition, int stepRows) {
        this.partition = partition;
        this.stepRows = stepRows;
    }

    boolean isLeft() {
        return deletedTo < partition.logStartOffset();
    }

    /** How far it has come: below this offset nothing is left. */
    long deletedTo() {
        return deletedTo;
    }

    /** Deletes some more rows, and says how many. */
    int step(Connection connection) throws SQLException {
        long start = partition.logStartOffset();
        long endExc = bound(connection, start).orElse(start);
        int rows = delete(connection, endExc);
        deletedTo = endExc;
        return rows;
    }

    /** The offset after so many rows, if there are more. */
    private OptionalLong bound(Connection connection, long start) throws SQLException {
        String sql = "SELECT partition_offset FROM " + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?"
                + " ORDER BY partition_offset OFFSET ? LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindRange(statement, deletedTo, start);
            statement.setInt(5, stepRows);
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
