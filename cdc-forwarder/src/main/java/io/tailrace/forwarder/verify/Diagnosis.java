package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.decode.LogRow;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Says what is wrong where a record of the target is not the one that should be there: it was changed, one is missing or
 * extra (then everything behind it has moved), or two changed places. Told by what follows on both sides, a few records
 * far; the offset of the difference does not depend on it. Confined to one thread.
 */
final class Diagnosis {
    private static final int WINDOW = 16;

    private final Lookahead<LogRow> rows;
    private final Lookahead<LogRow> records;

    Diagnosis(Lookahead<LogRow> rows, Lookahead<LogRow> records) {
        this.rows = rows;
        this.records = records;
    }

    /** Both sides' next records differ: in what? */
    Set<Difference> of(LogRow row, LogRow record) throws SQLException {
        boolean inRows = false;
        boolean inRecords = false;
        int moved = 0;
        for (int after = 1; after <= WINDOW; after++) {
            int missing = sameFrom(after, 0);
            int extra = sameFrom(0, after);
            inRows |= missing > 0;
            inRecords |= extra > 0;
            moved = Math.max(moved, Math.max(missing, extra));
        }
        if (sameFrom(1, 1) > moved || (!inRows && !inRecords)) {
            return Contents.differences(row, record);
        }
        if (inRows && inRecords) {
            return EnumSet.of(Difference.ORDER);
        }
        return EnumSet.of(inRows ? Difference.MISSING : Difference.EXTRA);
    }

    /** How many are the same from there on; that both sides end together counts as one. */
    private int sameFrom(int row, int record) throws SQLException {
        int same = 0;
        while (same < WINDOW) {
            LogRow one = rows.peek(row + same);
            LogRow other = records.peek(record + same);
            if (one == null || other == null) {
                return one == null && other == null ? same + 1 : same;
            }
            if (!Contents.same(one, other)) {
                return same;
            }
            same++;
        }
        return same;
    }
}
