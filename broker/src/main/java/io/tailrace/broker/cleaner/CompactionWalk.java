package io.tailrace.broker.cleaner;

import io.tailrace.broker.cleaner.CompactionStore.Row;
import io.tailrace.broker.cleaner.KeyedRecords.KeyedRecord;
import io.tailrace.broker.log.BatchRecords;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.LogRuns.Run;
import io.tailrace.broker.log.Partition;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.record.internal.DefaultRecord;

/**
 * One way through a log from its start: reads a page of rows, deletes the records that are of no more use, and so on; at the
 * end the runs in which something was deleted are noted anew. A batch of which some records are useless is replaced by one
 * without them. Confined to the cleaner's thread.
 */
final class CompactionWalk {

    private final Partition partition;
    private final KeyedRecords records;
    private final int stepRows;
    private final Predicate<KeyedRecord> useless;
    private final long countTombstonesFrom;
    private final long endExc;
    private long firstChanged = -1;
    private long deleted;
    private long tombstones;

    /**
     * @param useless which records are to go
     * @param countTombstonesFrom the offset from which on tombstones that stay are counted
     * @param endExc how far to go; of a batch that reaches over it only what is below is touched
     */
    CompactionWalk(
            Partition partition,
            KeyedRecords records,
            int stepRows,
            Predicate<KeyedRecord> useless,
            long countTombstonesFrom,
            long endExc) {
        this.partition = partition;
        this.records = records;
        this.stepRows = stepRows;
        this.useless = useless;
        this.countTombstonesFrom = countTombstonesFrom;
        this.endExc = endExc;
    }

    void run(Steps steps) throws SQLException, InterruptedException {
        RowPages pages = new RowPages(partition, partition.logStartOffset(), endExc, stepRows);
        while (pages.isLeft()) {
            cleanNext(steps, pages);
        }
        refreshRuns(steps);
    }

    private void cleanNext(Steps steps, RowPages pages) throws SQLException, InterruptedException {
        try {
            steps.countDeleted(steps.<Integer>run(connection -> clean(connection, pages.next(connection))));
        } finally {
            // Also where the outcome is not known.
            if (firstChanged >= 0) {
                partition.onCompacted(endExc);
            }
        }
    }

    /** @return how many rows are gone */
    private int clean(Connection connection, List<Row> page) throws SQLException {
        List<Long> doomed = new ArrayList<>();
        for (Row row : page) {
            ByteBuffer batch = row.batch();
            boolean nothingIsLeft = batch == null
                    ? isUseless(new KeyedRecord(row.offset(), row.key(), row.hasValue()))
                    : shrink(connection, row, batch);
            if (nothingIsLeft) {
                onChanged(row);
                doomed.add(row.offset());
            }
        }
        if (!doomed.isEmpty()) {
            CompactionStore.delete(connection, partition, doomed);
        }
        return doomed.size();
    }

    /** Takes the useless records out of a row's batch, unless that leaves none. @return true if it leaves none */
    private boolean shrink(Connection connection, Row row, ByteBuffer batch) throws SQLException {
        BatchRecords all = records.decode(row, batch);
        BitSet dropped = new BitSet();
        int count = 0;
        for (DefaultRecord record : all) {
            dropped.set(count, isUseless(records.keyed(record)));
            count++;
        }
        if (dropped.cardinality() == count) {
            return true;
        }
        if (!dropped.isEmpty()) {
            onChanged(row);
            CompactionStore.replace(connection, partition, row, batch, all.without(dropped));
        }
        return false;
    }

    private boolean isUseless(KeyedRecord record) {
        if (record.offset() >= endExc) {
            return false;
        }
        boolean goes = useless.test(record);
        if (goes) {
            deleted++;
        } else if (record.isTombstone() && record.offset() >= countTombstonesFrom) {
            tombstones++;
        }
        return goes;
    }

    private void onChanged(Row row) {
        if (firstChanged < 0) {
            firstChanged = row.offset();
        }
    }

    private void refreshRuns(Steps steps) throws SQLException, InterruptedException {
        if (firstChanged < 0) {
            return;
        }
        long from = firstChanged - LogRuns.OFFSETS;
        List<Run> touched =
                steps.run(connection -> LogRuns.within(connection, partition, from, endExc + LogRuns.OFFSETS));
        for (Run run : touched) {
            steps.act(connection -> LogRuns.refresh(connection, partition, run));
        }
        steps.act(connection -> LogRuns.removeEmpty(connection, partition));
    }

    /** How many records are gone. */
    long deleted() {
        return deleted;
    }

    /** The tombstones that stay. */
    long tombstones() {
        return tombstones;
    }
}
