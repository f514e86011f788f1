package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What runs of the log hold ({@code kafka.log_runs}): for each ten thousand offsets of a partition the greatest timestamp
 * and the bytes. Postgres has no index by time that would tell the first record from a time on, nor a sum of bytes; with
 * the runs, both cost a look at a small table and at one run. Stateless; each call runs on the connection given.
 *
 * <p>A row belongs to the run in which its first offset lies, also where it holds a batch that reaches over the run's end or
 * over several runs, which are then empty. Ranges of offsets are meant in the same way here: a row counts for the range in which
 * it begins. Who starts at an offset within a row begins at {@link LogRows#startOf}, or looks at that row by itself.
 */
public final class LogRuns {

    /** How many offsets a run has. */
    public static final int OFFSETS = 10_000;

    /** What a row takes: a record's key, value and headers as they are without compression, or a batch as it is stored. */
    public static final String ROW_BYTES = "coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)"
            + " + coalesce(pg_column_size(headers), 0) + coalesce(octet_length(batch), 0)";

    private static final String SUMMARY =
            "max(" + Clock.TIMESTAMP.ofRow() + "), max(" + Clock.AGE.ofRow() + "), coalesce(sum(" + ROW_BYTES + "), 0)";

    private static final String IN_PARTITION = " WHERE topic_id = ? AND partition_id = ?";
    private static final String IN_RANGE = IN_PARTITION + " AND partition_offset >= ? AND partition_offset < ?";

    private LogRuns() {}

    /** The times by which a log is searched. */
    public enum Clock {
        /** The record's timestamp. */
        TIMESTAMP("timestamp_ms", "max_timestamp_ms", "batch"),
        /**
         * The time that counts for retention: for a record without a timestamp, when it was written. A batch is as old as
         * its latest record, so that nobody has to look into it.
         */
        AGE(
                "CASE WHEN timestamp_ms >= 0 THEN timestamp_ms ELSE (extract(epoch FROM created_at) * 1000)::bigint END",
                "newest_ms",
                "NULL::bytea");

        private final String ofRow;
        private final String ofRun;
        private final String batchOfRow;

        Clock(String ofRow, String ofRun, String batchOfRow) {
            this.ofRow = ofRow;
            this.ofRun = ofRun;
            this.batchOfRow = batchOfRow;
        }

        /** A column or expression of a row of {@code kafka.messages}. */
        String ofRow() {
            return ofRow;
        }

        /** The column of {@code kafka.log_runs} that bounds it from above. */
        String ofRun() {
            return ofRun;
        }

        /** The batch of a row, where it takes its records to answer. */
        String batchOfRow() {
            return batchOfRow;
        }
    }

    /** A run, from its first offset to the one after its last. */
    public record Run(long startInc, long endExc, long bytes) {}

    /** Where the runs of a partition end; −1 if there are none. */
    public static long end(Connection connection, Partition partition) throws SQLException {
        String sql = "SELECT coalesce((SELECT end_offset FROM kafka.log_runs" + IN_PARTITION
                + " ORDER BY start_offset DESC LIMIT 1), -1)";
        return single(connection, sql, partition);
    }

    /** Writes down what a run holds. All of it must be decided: below the last stable offset. */
    public static void add(Connection connection, Partition partition, long startInc, long endExc) throws SQLException {
        String sql = "INSERT INTO kafka.log_runs"
                + " (topic_id, partition_id, start_offset, end_offset, max_timestamp_ms, newest_ms, bytes)"
                + " SELECT ?, ?, ?, ?, " + SUMMARY + " FROM "
                + partition.topic().leaf() + IN_RANGE + " ON CONFLICT DO NOTHING";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, startInc, endExc);
            bind(statement, 5, partition, startInc, endExc);
            statement.executeUpdate();
        }
    }

    /** Writes down again what a run holds, after records of it were deleted. */
    public static void refresh(Connection connection, Partition partition, Run run) throws SQLException {
        String sql = "UPDATE kafka.log_runs SET (max_timestamp_ms, newest_ms, bytes) = (SELECT " + SUMMARY + " FROM "
                + partition.topic().leaf() + IN_RANGE + ")" + IN_PARTITION + " AND start_offset = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, run.startInc(), run.endExc());
            bind(statement, 5, partition, run.startInc());
            statement.executeUpdate();
        }
    }

    /** Forgets runs without a record, but for the last one, which tells where the runs end. */
    public static void removeEmpty(Connection connection, Partition partition) throws SQLException {
        String sql = "DELETE FROM kafka.log_runs" + IN_PARTITION + " AND newest_ms IS NULL AND start_offset <"
                + " (SELECT max(start_offset) FROM kafka.log_runs" + IN_PARTITION + ")";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition);
            bind(statement, 3, partition);
            statement.executeUpdate();
        }
    }

    /** Forgets runs that end at or below an offset. */
    public static void removeBelow(Connection connection, Partition partition, long offset) throws SQLException {
        String sql = "DELETE FROM kafka.log_runs" + IN_PARTITION + " AND end_offset <= ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, offset);
            statement.executeUpdate();
        }
    }

    /** The runs that lie within a range of offsets, in their order. */
    public static List<Run> within(Connection connection, Partition partition, long startInc, long endExc)
            throws SQLException {
        String sql = "SELECT start_offset, end_offset, bytes FROM kafka.log_runs" + IN_PARTITION
                + " AND start_offset >= ? AND end_offset <= ? ORDER BY start_offset";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, startInc, endExc);
            try (ResultSet rows = statement.executeQuery()) {
                List<Run> runs = new ArrayList<>();
                while (rows.next()) {
                    runs.add(new Run(rows.getLong(1), rows.getLong(2), rows.getLong(3)));
                }
                return runs;
            }
        }
    }

    /** What the rows of a range take, counted one by one. */
    public static long bytes(Connection connection, Partition partition, long startInc, long endExc)
            throws SQLException {
        String sql = "SELECT coalesce(sum(" + ROW_BYTES + "), 0) FROM "
                + partition.topic().leaf() + IN_RANGE;
        return single(connection, sql, partition, startInc, endExc);
    }

    /** The next run that may hold a record of that time or a later one; null if there is none. */
    static @Nullable Run next(Connection connection, Partition partition, Clock clock, long ms, long from)
            throws SQLException {
        String sql = "SELECT start_offset, end_offset, bytes FROM kafka.log_runs" + IN_PARTITION
                + " AND end_offset > ? AND " + clock.ofRun() + " >= ? ORDER BY start_offset LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, from, ms);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Run(row.getLong(1), row.getLong(2), row.getLong(3)) : null;
            }
        }
    }

    private static long single(Connection connection, String sql, Partition partition, long... more)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, more);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    static void bind(PreparedStatement statement, int first, Partition partition, long... more) throws SQLException {
        statement.setInt(first, partition.id().topicId());
        statement.setInt(first + 1, partition.id().partition());
        for (int i = 0; i < more.length; i++) {
            statement.setLong(first + 2 + i, more[i]);
        }
    }
}
