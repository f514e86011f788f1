package io.tailrace.broker.log;

import io.tailrace.broker.log.LogRuns.Clock;
import io.tailrace.broker.log.LogRuns.Run;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Finds offsets by time, for ListOffsets and retention. Blocks on Postgres; thread-safe. It looks for the run of the log
 * that may hold the record ({@link LogRuns}) and reads that run, and the newest records, which belong to no run yet.
 */
public final class OffsetFinder {

    /** A record's place in offsets and in time. */
    public record FoundOffset(long offset, long timestampMs) {}

    private static final String RANGE =
            " WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?";

    private final DataSource dataSource;

    public OffsetFinder(DataSource generalPool) {
        this.dataSource = generalPool;
    }

    /** The first record below an offset whose timestamp is not before the given one. */
    public Optional<FoundOffset> firstAtOrAfter(Partition partition, long timestampMs, long endExc)
            throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return first(connection, partition, Clock.TIMESTAMP, timestampMs, 0, endExc);
        }
    }

    /**
     * The first record at or after a time, in a range of offsets.
     *
     * @param startInc search from there, or from the start of the log
     */
    public static Optional<FoundOffset> first(
            Connection connection, Partition partition, Clock clock, long ms, long startInc, long endExc)
            throws SQLException {
        // Before the runs are looked at: what becomes a run meanwhile is then searched twice rather than not at all.
        long runsEnd = LogRuns.end(connection, partition);
        long from = Math.max(startInc, partition.logStartOffset());
        Run run = LogRuns.next(connection, partition, clock, ms, from);
        while (run != null && run.startInc() < endExc) {
            Optional<FoundOffset> found = firstInRange(
                    connection, partition, clock, ms, Math.max(from, run.startInc()), Math.min(endExc, run.endExc()));
            if (found.isPresent()) {
                return found;
            }
            from = run.endExc();
            run = LogRuns.next(connection, partition, clock, ms, from);
        }
        return firstInRange(connection, partition, clock, ms, Math.max(from, runsEnd), endExc);
    }

    private static Optional<FoundOffset> firstInRange(
            Connection connection, Partition partition, Clock clock, long ms, long startInc, long endExc)
            throws SQLException {
        if (startInc >= endExc) {
            return Optional.empty();
        }
        String sql = "SELECT partition_offset, " + clock.ofRow() + " FROM "
                + partition.topic().leaf() + RANGE + " AND " + clock.ofRow()
                + " >= ? ORDER BY partition_offset LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LogRuns.bind(statement, 1, partition, startInc, endExc, ms);
            return found(statement);
        }
    }

    /** The first of the records with the greatest timestamp. */
    public Optional<FoundOffset> maxTimestamp(Partition partition) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            long start = partition.logStartOffset();
            long endExc = partition.highWatermark();
            long tailStart = Math.max(start, LogRuns.end(connection, partition));
            Optional<FoundOffset> best = maxInRange(connection, partition, tailStart, endExc);
            return maxOfRuns(connection, partition, start, best);
        }
    }

    /**
     * From the most promising run on, until the next one's bound is no better than what was found. The bounds are exact
     * but where records were deleted, so that one run is read as a rule.
     */
    private static Optional<FoundOffset> maxOfRuns(
            Connection connection, Partition partition, long start, Optional<FoundOffset> ofTail) throws SQLException {
        String sql = "SELECT start_offset, end_offset, max_timestamp_ms FROM kafka.log_runs"
                + " WHERE topic_id = ? AND partition_id = ? AND end_offset > ? AND max_timestamp_ms >= ?"
                + " ORDER BY max_timestamp_ms DESC, start_offset";
        Optional<FoundOffset> best = ofTail;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LogRuns.bind(
                    statement,
                    1,
                    partition,
                    start,
                    best.map(FoundOffset::timestampMs).orElse(Long.MIN_VALUE));
            try (ResultSet runs = statement.executeQuery()) {
                while (runs.next() && mayBeat(best, runs.getLong(3))) {
                    best = better(best, maxInRange(connection, partition, runs.getLong(1), runs.getLong(2)));
                }
            }
        }
        return best;
    }

    private static boolean mayBeat(Optional<FoundOffset> best, long boundMs) {
        return best.isEmpty() || boundMs >= best.get().timestampMs();
    }

    private static Optional<FoundOffset> better(Optional<FoundOffset> left, Optional<FoundOffset> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return left.or(() -> right);
        }
        FoundOffset first = left.get();
        FoundOffset second = right.get();
        boolean secondIsBetter = second.timestampMs() > first.timestampMs()
                || (second.timestampMs() == first.timestampMs() && second.offset() < first.offset());
        return secondIsBetter ? right : left;
    }

    private static Optional<FoundOffset> maxInRange(
            Connection connection, Partition partition, long startInc, long endExc) throws SQLException {
        String sql = "SELECT partition_offset, timestamp_ms FROM "
                + partition.topic().leaf() + RANGE + " ORDER BY timestamp_ms DESC, partition_offset LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LogRuns.bind(statement, 1, partition, Math.max(startInc, partition.logStartOffset()), endExc);
            return found(statement);
        }
    }

    private static Optional<FoundOffset> found(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            return row.next() ? Optional.of(new FoundOffset(row.getLong(1), row.getLong(2))) : Optional.empty();
        }
    }
}
