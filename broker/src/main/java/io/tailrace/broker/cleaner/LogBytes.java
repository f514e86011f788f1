package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.LogRuns.Run;
import io.tailrace.broker.log.Partition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What ranges of a log take: keys, values and headers without compression, or batches as they are stored. A range consists of
 * the rows that begin in it. Stateless.
 */
final class LogBytes {

    private LogBytes() {}

    static long of(Connection connection, Partition partition, long startInc, long endExc) throws SQLException {
        return pieces(connection, partition, startInc, endExc).stream()
                .mapToLong(Run::bytes)
                .sum();
    }

    /** A range in pieces: what comes before the first whole run, the runs, and what comes between and after them. */
    static List<Run> pieces(Connection connection, Partition partition, long startInc, long endExc)
            throws SQLException {
        List<Run> pieces = new ArrayList<>();
        long from = startInc;
        for (Run run : LogRuns.within(connection, partition, startInc, endExc)) {
            if (run.startInc() > from) {
                pieces.add(counted(connection, partition, from, run.startInc()));
            }
            pieces.add(run);
            from = run.endExc();
        }
        if (from < endExc) {
            pieces.add(counted(connection, partition, from, endExc));
        }
        return pieces;
    }

    private static Run counted(Connection connection, Partition partition, long startInc, long endExc)
            throws SQLException {
        return new Run(startInc, endExc, LogRuns.bytes(connection, partition, startInc, endExc));
    }
}
