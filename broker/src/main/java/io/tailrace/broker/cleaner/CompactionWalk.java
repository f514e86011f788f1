package io.tailrace.broker.cleaner;

import io.tailrace.broker.cleaner.CompactionStore.Row;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.LogRuns.Run;
import io.tailrace.broker.log.Partition;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Predicate;

/**
 * One way through a log from its start: reads a page of keys, deletes the records that are of no more use, and so on; at the
 * end the runs in which something was deleted are noted anew. Confined to the cleaner's thread.
 */
final class CompactionWalk {

    private final Partition partition;
    private final int stepRows;
    private final Predicate<Row> useless;
    private final long countTombstonesFrom;
    private long firstDeleted = -1;
    private long deleted;
    private long tombstones;

    /** @param countTombstonesFrom the offset from which on tombstones that stay are counted */
    CompactionWalk(Partition partition, int stepRows, Predicate<Row> useless, long countTombstonesFrom) {
        this.partition = partition;
        this.stepRows = stepRows;
        this.useless = useless;
        this.countTombstonesFrom = countTombstonesFrom;
    }

    void run(Steps steps, long endExc) throws SQLException, InterruptedException {
        long from = partition.logStartOffset();
        boolean more = true;
        while (more) {
            long start = from;
            List<Row> page =
                    steps.run(connection -> CompactionStore.page(connection, partition, start, endExc, stepRows));
            delete(steps, page);
            more = page.size() == stepRows;
            if (more) {
                from = page.get(page.size() - 1).offset() + 1;
            }
        }
        refreshRuns(steps, endExc);
    }

    private void delete(Steps steps, List<Row> page) throws SQLException, InterruptedException {
        List<Long> doomed = page.stream().filter(useless).map(Row::offset).toList();
        tombstones += page.stream()
                .filter(row -> row.isTombstone() && row.offset() >= countTombstonesFrom && !useless.test(row))
                .count();
        if (!doomed.isEmpty()) {
            steps.act(connection -> CompactionStore.delete(connection, partition, doomed));
            steps.countDeleted(doomed.size());
            deleted += doomed.size();
            firstDeleted = firstDeleted < 0 ? doomed.get(0) : firstDeleted;
        }
    }

    private void refreshRuns(Steps steps, long endExc) throws SQLException, InterruptedException {
        if (deleted == 0) {
            return;
        }
        long from = firstDeleted - LogRuns.OFFSETS;
        List<Run> touched =
                steps.run(connection -> LogRuns.within(connection, partition, from, endExc + LogRuns.OFFSETS));
        for (Run run : touched) {
            steps.act(connection -> LogRuns.refresh(connection, partition, run));
        }
        steps.act(connection -> LogRuns.removeEmpty(connection, partition));
    }

    long deleted() {
        return deleted;
    }

    /** The tombstones that stay. */
    long tombstones() {
        return tombstones;
    }
}
