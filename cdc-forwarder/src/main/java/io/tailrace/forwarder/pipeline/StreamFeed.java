package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.BatchRecords;
import io.tailrace.forwarder.decode.Change;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.Outcome;
import io.tailrace.forwarder.decode.PendingRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;

/**
 * Forwards what the stream brings. A row that holds a batch goes to the target as it is ({@link WholeBatches}), or is taken
 * apart where its records are sent now: what was forwarded, waits, or is read from the table anyway is passed over unread.
 * Confined to the thread that moves records.
 */
final class StreamFeed {
    private final Flows flows;
    private final Sender sender;
    private final TableFeed table;
    private final UndecidedPartitions undecided;
    private final WholeBatches whole;
    private final BatchRecords batches;
    private final ForwarderStats stats;

    StreamFeed(
            Flows flows,
            Sender sender,
            TableFeed table,
            UndecidedPartitions undecided,
            WholeBatches whole,
            BatchRecords batches,
            ForwarderStats stats) {
        this.flows = flows;
        this.sender = sender;
        this.table = table;
        this.undecided = undecided;
        this.whole = whole;
        this.batches = batches;
        this.stats = stats;
    }

    /** Takes a change. When this returns, all records of a batch were handed over, skipped or left to the table. */
    void offer(Connection connection, Change change) throws SQLException, InterruptedException {
        if (change instanceof LogRow row) {
            offer(connection, row);
        } else if (change instanceof LogBatch batch) {
            offer(connection, batch);
        } else if (change instanceof PendingRow row) {
            offer(connection, row);
        } else if (change instanceof Outcome outcome) {
            undecided.onOutcome(outcome);
        }
    }

    private void offer(Connection connection, LogRow row) throws SQLException, InterruptedException {
        TopicFlow flow = flows.of(connection, row.topicId(), row.partition());
        if (wants(flow, row.partition(), row.offset(), 1)) {
            forward(flow, flow.partition(row.partition()), row);
        }
    }

    private void offer(Connection connection, LogBatch batch) throws SQLException, InterruptedException {
        TopicFlow flow = flows.of(connection, batch.topicId(), batch.partition());
        if (wants(flow, batch.partition(), batch.offset(), batch.recordCount())) {
            PartitionProgress progress = flow.partition(batch.partition());
            fillGap(flow, progress, batch.offset());
            if (isNow(progress, batch)) {
                forward(flow, progress, batch);
            }
        }
    }

    private void offer(Connection connection, PendingRow row) throws SQLException, InterruptedException {
        TopicFlow flow = flows.of(connection, row.topicId(), row.partition());
        if (wants(flow, row.partition(), row.offset(), row.recordCount())) {
            undecided.note(flow.partition(row.partition()), row.endExc() - 1);
        }
    }

    /** Whether something of a row is to be forwarded from here. If not, it is counted as skipped, or noted for the table. */
    private boolean wants(TopicFlow flow, int partition, long offset, int count) {
        if (!flow.route().forwards(partition)) {
            return false;
        }
        PartitionProgress progress = flow.partition(partition);
        if (offset + count <= progress.next()) {
            stats.onSkipped(count);
            return false;
        }
        return !table.takesInstead(progress, offset + count - 1);
    }

    private void forward(TopicFlow flow, PartitionProgress progress, LogRow row)
            throws SQLException, InterruptedException {
        fillGap(flow, progress, row.offset());
        if (undecided.contains(progress)) {
            undecided.note(progress, row.offset());
        } else if (!flow.route().takes(row.partition(), row.offset()) && row.offset() == progress.next()) {
            progress.skipTo(row.offset() + 1);
        } else if (progress.isFlowing()) {
            sender.send(flow, progress, row);
        }
    }

    /** The stream may have jumped to this offset. */
    private void fillGap(TopicFlow flow, PartitionProgress progress, long offset)
            throws SQLException, InterruptedException {
        if (offset > progress.next() && progress.isFlowing() && !undecided.contains(progress)) {
            table.fillGap(flow, progress, offset);
        }
    }

    private void forward(TopicFlow flow, PartitionProgress progress, LogBatch batch)
            throws SQLException, InterruptedException {
        if (batch.offset() == progress.next() && whole.takes(flow.route(), progress, batch)) {
            sender.send(flow, progress, batch);
        } else {
            forwardApart(flow, progress, batch);
        }
    }

    private void forwardApart(TopicFlow flow, PartitionProgress progress, LogBatch batch)
            throws SQLException, InterruptedException {
        long reached = Math.max(progress.next(), batch.offset());
        stats.onSkipped(reached - batch.offset());
        Iterator<LogRow> records = batches.read(batch, reached, batch.endExc());
        while (isNow(progress, batch) && records.hasNext()) {
            LogRow row = records.next();
            passHole(progress, reached, row.offset());
            if (row.offset() < progress.next()) {
                stats.onSkipped(1);
            } else {
                forward(flow, progress, row);
            }
            reached = row.offset() + 1;
        }
        if (!records.hasNext()) {
            passHole(progress, reached, batch.endExc());
        }
    }

    /** Whether the batch's records can be sent now. Those that wait for a transaction are read from the table later. */
    private boolean isNow(PartitionProgress progress, LogBatch batch) {
        if (undecided.contains(progress)) {
            undecided.note(progress, batch.endExc() - 1);
            return false;
        }
        return progress.isFlowing();
    }

    /** The batch has nothing there. Where the partition has gone back meanwhile, that is not what it is about. */
    private static void passHole(PartitionProgress progress, long from, long to) {
        if (progress.next() == from) {
            progress.skipTo(to);
        }
    }
}
