package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.LogRows;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.LogRuns.Run;
import io.tailrace.broker.log.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code retention.bytes}: finds where a log must begin so that what is left takes at least so many bytes and would take
 * fewer without its first row. Whole runs are skipped by what is noted of them; the run in which the log is to begin is
 * read row by row. A batch within which the log starts counts as a whole. Stateless.
 */
final class ByteRetention {

    private ByteRetention() {}

    /** Where the log is to begin: with a row, or at its start as it is, if it is small enough. */
    static long start(Connection connection, Partition partition, long startInc, long endExc, long retentionBytes)
            throws SQLException {
        long rowStart = LogRows.startOf(connection, partition, startInc);
        return Math.max(startInc, firstRow(connection, partition, rowStart, endExc, retentionBytes));
    }

    private static long firstRow(
            Connection connection, Partition partition, long startInc, long endExc, long retentionBytes)
            throws SQLException {
        List<Run> runs = LogBytes.pieces(connection, partition, startInc, endExc);
        long excess = runs.stream().mapToLong(Run::bytes).sum() - retentionBytes;
        if (excess <= 0) {
            return startInc;
        }
        for (Run run : runs) {
            if (run.bytes() > excess) {
                return startWithin(connection, partition, run, excess);
            }
            excess -= run.bytes();
        }
        return endExc;
    }

    private static long startWithin(Connection connection, Partition partition, Run run, long excess)
            throws SQLException {
        String sql =
                """
                SELECT partition_offset
                FROM (SELECT partition_offset, sum(%s) OVER (ORDER BY partition_offset) AS through
                      FROM %s
                      WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?) AS rows
                WHERE through > ?
                ORDER BY partition_offset LIMIT 1
                """
                        .formatted(LogRuns.ROW_BYTES, partition.topic().leaf());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, partition.id().topicId());
            statement.setInt(2, partition.id().partition());
            statement.setLong(3, run.startInc());
            statement.setLong(4, run.endExc());
            statement.setLong(5, excess);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : run.endExc();
            }
        }
    }
}
