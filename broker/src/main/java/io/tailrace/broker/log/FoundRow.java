package io.tailrace.broker.log;

import io.tailrace.broker.log.LogRuns.Clock;
import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row of the log that a search by time looks at.
 *
 * @param startInc the first of the offsets that it counts for
 * @param ms its time: that of its record, or the latest of its batch
 * @param batch null for a row that is a record, and where nobody looks into it
 */
record FoundRow(long startInc, long endExc, long ms, @Nullable ByteBuffer batch) {

    /** The columns that {@link #of} reads, by one of the clocks. */
    static String columns(Clock clock) {
        return "SELECT partition_offset, partition_offset + record_count, " + clock.ofRow() + ", " + clock.batchOfRow()
                + " FROM ";
    }

    /** The row that a statement finds, if it finds one. */
    static Optional<FoundRow> of(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            byte[] batch = row.getBytes(4);
            return Optional.of(new FoundRow(
                    row.getLong(1), row.getLong(2), row.getLong(3), batch == null ? null : ByteBuffer.wrap(batch)));
        }
    }

    private static FoundRow ofRecord(FoundOffset record) {
        return new FoundRow(record.offset(), record.offset() + 1, record.timestampMs(), null);
    }

    private StoredBatch stored(ByteBuffer bytes) {
        return StoredBatch.of(bytes, startInc, endExc);
    }

    /** The first record of that time or a later one, in a range of offsets. A row that is not looked into counts as a whole. */
    Optional<FoundOffset> firstAtOrAfter(long wantedMs, long rangeStartInc, long rangeEndExc) {
        ByteBuffer bytes = batch;
        if (bytes != null) {
            return stored(bytes).firstAtOrAfter(wantedMs, rangeStartInc, rangeEndExc);
        }
        return ms >= wantedMs ? Optional.of(new FoundOffset(Math.max(startInc, rangeStartInc), ms)) : Optional.empty();
    }

    /** Its first record with the greatest timestamp. */
    Optional<FoundOffset> latest() {
        ByteBuffer bytes = batch;
        return bytes == null
                ? Optional.of(new FoundOffset(startInc, ms))
                : stored(bytes).latest(startInc);
    }

    /** What is left of it if the log begins within: its first record with the greatest timestamp. */
    Optional<FoundRow> latestFrom(long offset) {
        ByteBuffer bytes = batch;
        return bytes == null ? Optional.empty() : stored(bytes).latest(offset).map(FoundRow::ofRecord);
    }
}
