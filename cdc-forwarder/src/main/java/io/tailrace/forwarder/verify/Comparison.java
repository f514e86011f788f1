package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.decode.LogRow;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Merges the rows of the log and the records of the target by their place there, and stops at the first difference.
 * A row without a record is missing there, unless the target removes such records itself; a record without a row is one
 * that the log does not have any more, or, where the map knows no record of ours, one that was sent again or somebody
 * else's; one of an aborted transaction is none at all. Confined to one thread.
 */
final class Comparison {
    private final OffsetRuns runs;
    private final TargetSide target;
    private final Exceptions exceptions;
    private final Lookahead<LogRow> rows;
    private final Lookahead<LogRow> records;
    private final Diagnosis diagnosis;
    private final Verified from;
    private final RollingHash hash;

    private long verifiedTo;
    private long targetVerifiedTo;
    private long same;
    private long onlyOnTarget;
    private long goneFromTarget;
    private long foreign;
    private long setAside;
    private long repeated;
    /** Records of the target beyond what is acknowledged, which are looked at again when they are, and aborted ones. */
    private long passed;

    /** Where those end that were found last to be aborted. */
    private long abortedExc;

    private long bytes;
    private boolean atEnd;

    /**
     * What is known of the target's partition.
     *
     * @param endExc where it ended after the map was read
     * @param shared whether others write to it
     * @param compaction asked only where a record is not there: whether the target removes records between others
     * @param commits asked only where a record is there that is not ours
     */
    record TargetSide(long endExc, boolean shared, Compaction compaction, Commits commits) {}

    /** Asks the target. */
    interface Compaction {
        boolean isOn();
    }

    /** Asks the target. */
    interface Commits {
        /** The first offset from this one on that is not of an aborted transaction. */
        long from(long targetOffset);
    }

    Comparison(
            OffsetRuns runs,
            TargetSide target,
            Exceptions exceptions,
            Lookahead<LogRow> rows,
            Lookahead<LogRow> records,
            Verified from) {
        this.runs = runs;
        this.target = target;
        this.exceptions = exceptions;
        this.rows = rows;
        this.records = records;
        this.diagnosis = new Diagnosis(rows, records);
        this.from = from;
        this.hash = new RollingHash(from.hash());
        this.verifiedTo = from.verifiedTo();
        this.targetVerifiedTo = from.targetVerifiedTo();
    }

    /** Compares up to so much. @return the first difference, or null */
    @Nullable
    Mismatch run(int maxRecords, long maxBytes) throws SQLException {
        while (seen() < maxRecords && bytes < maxBytes) {
            LogRow row = rows.peek(0);
            LogRow record = records.peek(0);
            if (row == null && record == null) {
                atEnd = true;
                move(runs.sourceEnd(), runs.targetEnd());
                return null;
            }
            Mismatch difference = step(row, record);
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    private @Nullable Mismatch step(@Nullable LogRow row, @Nullable LogRow record) throws SQLException {
        if (row == null || (record != null && record.offset() < runs.targetFrom(row.offset()))) {
            return onlyThere(Objects.requireNonNull(record));
        }
        long place = runs.targetOf(row.offset());
        if (place == OffsetRuns.NONE) {
            return nowhere(row);
        }
        if (record == null || record.offset() > place) {
            return onlyHere(row, place);
        }
        if (!Contents.same(row, record)) {
            return new Mismatch(row.offset(), place, diagnosis.of(row, record));
        }
        rows.take();
        records.take();
        hash.add(row);
        same++;
        bytes += Contents.bytes(row);
        move(row.offset() + 1, place + 1);
        return null;
    }

    /** The map has no place for the row. */
    private @Nullable Mismatch nowhere(LogRow row) throws SQLException {
        if (!exceptions.isSetAside(row.offset())) {
            return Mismatch.of(row.offset(), runs.targetFrom(row.offset()), Difference.MISSING);
        }
        rows.take();
        bytes += Contents.bytes(row);
        setAside++;
        move(row.offset() + 1, targetVerifiedTo);
        return null;
    }

    private @Nullable Mismatch onlyThere(LogRow record) throws SQLException {
        long source = runs.sourceOf(record.offset());
        if (source == OffsetRuns.NONE && exceptions.isRepeated(record.offset())) {
            onRepeated(record);
            return null;
        }
        if (source == OffsetRuns.NONE && !target.shared()) {
            return isAborted(record)
                    ? pass(record)
                    : Mismatch.of(runs.sourceFrom(record.offset()), record.offset(), Difference.EXTRA);
        }
        records.take();
        bytes += Contents.bytes(record);
        if (source == OffsetRuns.NONE) {
            foreign++;
            move(verifiedTo, record.offset() + 1);
        } else {
            onlyOnTarget++;
            move(source + 1, record.offset() + 1);
        }
        return null;
    }

    private boolean isAborted(LogRow record) {
        if (record.offset() >= abortedExc) {
            abortedExc = target.commits().from(record.offset());
        }
        return record.offset() < abortedExc;
    }

    private @Nullable Mismatch pass(LogRow record) {
        records.take();
        if (record.offset() < runs.targetEnd()) {
            bytes += Contents.bytes(record);
            passed++;
            move(verifiedTo, record.offset() + 1);
        }
        return null;
    }

    private void onRepeated(LogRow record) {
        records.take();
        bytes += Contents.bytes(record);
        if (record.offset() < runs.targetEnd()) {
            repeated++;
            move(verifiedTo, record.offset() + 1);
        } else {
            passed++;
        }
    }

    private @Nullable Mismatch onlyHere(LogRow row, long place) {
        if (place >= target.endExc() || !target.compaction().isOn()) {
            return Mismatch.of(row.offset(), place, Difference.MISSING);
        }
        rows.take();
        bytes += Contents.bytes(row);
        goneFromTarget++;
        move(row.offset() + 1, place + 1);
        return null;
    }

    private void move(long source, long targetOffset) {
        verifiedTo = source;
        targetVerifiedTo = targetOffset;
    }

    /** Whether both sides were compared to their end. */
    boolean isAtEnd() {
        return atEnd;
    }

    /** How many records were looked at. */
    long seen() {
        return same + onlyOnTarget + goneFromTarget + foreign + setAside + repeated + passed;
    }

    long bytes() {
        return bytes;
    }

    /** How far it has come. */
    Verified verified() {
        return new Verified(
                from.targetName(),
                from.start(),
                verifiedTo,
                targetVerifiedTo,
                from.records() + same,
                hash.text(),
                from.onlyOnTarget() + onlyOnTarget,
                from.goneFromTarget() + goneFromTarget,
                from.foreignRecords() + foreign,
                from.setAside() + setAside,
                from.repeated() + repeated,
                from.first());
    }
}
