package io.tailrace.broker.log;

import io.tailrace.broker.log.LogRuns.Clock;
import io.tailrace.broker.log.LogRuns.Run;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Finds offsets by time, for ListOffsets and retention. Blocks on Postgres; thread-safe. It looks for the run of the log
 * that may hold the record ({@link LogRuns}) and reads that run, and the newest rows, which belong to no run yet. A row that
 * holds a batch is found by its latest record and then looked into.
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
     * The first record at or after a time, in a range of offsets. By {@link Clock#AGE} it is a row: its first offset, or the
     * start of the range if the row reaches over that.
     *
     * @param startInc search from there, or from the start of the log
     */
    public static Optional<FoundOffset> first(
            Connection connection, Partition partition, Clock clock, long ms, long startInc, long endExc)
            throws SQLException {
        long start = Math.max(startInc, partition.logStartOffset());
        return start < endExc ? new Search(connection, partition, clock, ms, start, endExc).first() : Optional.empty();
    }

    /** A search in a range of offsets, whose ends may lie within rows. */
    private record Search(
            Connection connection, Partition partition, Clock clock, long ms, long startInc, long endExc) {

        Optional<FoundOffset> first() throws SQLException {
            // Before the runs are looked at: what becomes a run meanwhile is then searched twice rather than not at
            // all.
            long runsEnd = LogRuns.end(connection, partition);
            Optional<FoundRow> over = reachingOver(connection, partition, clock, startInc);
            Optional<FoundOffset> found = over.flatMap(this::within);
            long from = over.map(FoundRow::endExc).orElse(startInc);
            while (found.isEmpty()) {
                Run run = LogRuns.next(connection, partition, clock, ms, from);
                if (run == null || run.startInc() >= endExc) {
                    return firstOfRows(Math.max(from, runsEnd), endExc);
                }
                found = firstOfRows(Math.max(from, run.startInc()), Math.min(endExc, run.endExc()));
                from = run.endExc();
            }
            return found;
        }

        private Optional<FoundOffset> within(FoundRow row) {
            return row.firstAtOrAfter(ms, startInc, endExc);
        }

        /** Of the rows that begin in a range. */
        private Optional<FoundOffset> firstOfRows(long rowsStartInc, long rowsEndExc) throws SQLException {
            long from = rowsStartInc;
            while (from < rowsEndExc) {
                Optional<FoundRow> row = firstRow(from, rowsEndExc);
                if (row.isEmpty()) {
                    return Optional.empty();
                }
                Optional<FoundOffset> found = within(row.get());
                if (found.isPresent()) {
                    return found;
                }
                from = row.get().endExc();
            }
            return Optional.empty();
        }

        private Optional<FoundRow> firstRow(long rowsStartInc, long rowsEndExc) throws SQLException {
            String sql = FoundRow.columns(clock) + partition.topic().leaf() + RANGE + " AND " + clock.ofRow()
                    + " >= ? ORDER BY partition_offset LIMIT 1";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                LogRuns.bind(statement, 1, partition, rowsStartInc, rowsEndExc, ms);
                return FoundRow.of(statement);
            }
        }
    }

    /** The row that begins below an offset and holds it. */
    private static Optional<FoundRow> reachingOver(Connection connection, Partition partition, Clock clock, long offset)
            throws SQLException {
        String sql =
                "SELECT * FROM (" + FoundRow.columns(clock) + partition.topic().leaf() + LogRows.AT_OR_BELOW
                        + ") AS nearest (start_inc, end_exc, ms, batch) WHERE start_inc < ? AND end_exc > ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LogRuns.bind(statement, 1, partition, offset, offset, offset);
            return FoundRow.of(statement);
        }
    }

    /** The first of the records with the greatest timestamp; none where no record has one. */
    public Optional<FoundOffset> maxTimestamp(Partition partition) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            long start = partition.logStartOffset();
            long endExc = partition.highWatermark();
            if (start >= endExc) {
                return Optional.empty();
            }
            long runsEnd = LogRuns.end(connection, partition);
            Optional<FoundRow> over = reachingOver(connection, partition, Clock.TIMESTAMP, start);
            long from = over.map(FoundRow::endExc).orElse(start);
            Optional<FoundRow> ofTail = maxInRange(connection, partition, Math.max(from, runsEnd), endExc);
            Optional<FoundRow> best = better(over.flatMap(row -> row.latestFrom(start)), ofTail);
            return maxOfRuns(connection, partition, from, best)
                    .flatMap(FoundRow::latest)
                    .filter(found -> found.timestampMs() > RecordBatch.NO_TIMESTAMP);
        }
    }

    /**
     * From the most promising run on, until the next one's bound is no better than what was found. The bounds are exact
     * but where records were deleted, so that one run is read as a rule.
     */
    private static Optional<FoundRow> maxOfRuns(
            Connection connection, Partition partition, long start, Optional<FoundRow> ofTail) throws SQLException {
        String sql = "SELECT start_offset, end_offset, max_timestamp_ms FROM kafka.log_runs"
                + " WHERE topic_id = ? AND partition_id = ? AND end_offset > ? AND max_timestamp_ms >= ?"
                + " ORDER BY max_timestamp_ms DESC, start_offset";
        Optional<FoundRow> best = ofTail;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LogRuns.bind(statement, 1, partition, start, best.map(FoundRow::ms).orElse(Long.MIN_VALUE));
            try (ResultSet runs = statement.executeQuery()) {
                while (runs.next() && mayBeat(best, runs.getLong(3))) {
                    long from = Math.max(start, runs.getLong(1));
                    best = better(best, maxInRange(connection, partition, from, runs.getLong(2)));
                }
            }
        }
        return best;
    }

    private static boolean mayBeat(Optional<FoundRow> best, long boundMs) {
        return best.isEmpty() || boundMs >= best.get().ms();
    }

    private static Optional<FoundRow> better(Optional<FoundRow> left, Optional<FoundRow> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return left.or(() -> right);
        }
        FoundRow first = left.get();
        FoundRow second = right.get();
        boolean secondIsBetter =
                second.ms() > first.ms() || (second.ms() == first.ms() && second.startInc() < first.startInc());
        return secondIsBetter ? right : left;
    }

    /** Of the rows that begin in a range. */
    private static Optional<FoundRow> maxInRange(Connection connection, Partition partition, long startInc, long endExc)
            throws SQLException {
        String sql = FoundRow.columns(Clock.TIMESTAMP) + partition.topic().leaf() + RANGE
                + " ORDER BY timestamp_ms DESC, partition_offset LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LogRuns.bind(statement, 1, partition, startInc, endExc);
            return FoundRow.of(statement);
        }
    }
}
