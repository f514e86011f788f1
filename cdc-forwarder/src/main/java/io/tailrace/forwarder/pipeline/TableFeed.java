package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.LogEntry;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards from the table what the stream does not bring, or not in time: what was there before, what it jumped over,
 * what transactions have decided, what waited behind a refused record, what was turned on late. Confined to the thread that moves records. The database
 * connection is lent to it.
 */
final class TableFeed {
    private static final Logger LOGGER = LoggerFactory.getLogger(TableFeed.class);
    private static final long PAUSE_MS = 1;
    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(60);
    /** Then it is found by looking again, a moment later. */
    private static final Duration OUTCOME_VISIBLE_WITHIN = Duration.ofSeconds(1);
    /** How long partitions that were turned on late may keep the others waiting, each time. */
    private static final long LATE_TURN_NS = 250_000_000L;

    private final LogTable table;
    private final Flows flows;
    private final Sender sender;
    private final WholeBatches whole;
    private final Checkpoints checkpoints;
    private final ForwarderStats stats;
    private final UndecidedPartitions undecided;
    private final LatePartitions late = new LatePartitions();
    private final DeletedTopics deleted;
    private @Nullable Connection connection;

    TableFeed(
            LogTable table,
            Flows flows,
            Sender sender,
            WholeBatches whole,
            Checkpoints checkpoints,
            UndecidedPartitions undecided,
            ForwarderStats stats) {
        this.table = table;
        this.flows = flows;
        this.sender = sender;
        this.whole = whole;
        this.checkpoints = checkpoints;
        this.undecided = undecided;
        this.stats = stats;
        this.deleted = new DeletedTopics(flows);
    }

    /** @param database the connection to read with, from now on */
    void use(Connection database) {
        connection = database;
    }

    /** Forwards everything, up to the last stable offset of each partition as it is now. */
    void catchUp() throws SQLException, InterruptedException {
        Queue<LogTable.Extent> open = new ArrayDeque<>(table.extents(connection()));
        while (!open.isEmpty()) {
            LogTable.Extent extent = open.remove();
            TopicFlow flow = flows.of(connection(), extent.topicId(), extent.partition());
            if (!flow.route().forwards(extent.partition())) {
                continue;
            }
            PartitionProgress progress = flow.partition(extent.partition());
            progress.skipTo(extent.startInc());
            if (extent.isUndecided()) {
                undecided.note(progress, extent.endExc() - 1);
            }
            if (forwardPiece(flow, progress, extent.stableExc())) {
                open.add(extent);
            }
        }
    }

    /** Whether the partition was turned on late and is still read from here. What the stream brings of it is noted. */
    boolean takesInstead(PartitionProgress progress, long offset) {
        if (!late.contains(progress)) {
            return false;
        }
        late.note(progress, offset);
        return true;
    }

    /** Forwards what the stream has passed by before partitions were turned on: for a bounded time, in turns. */
    void forwardLate() throws SQLException, InterruptedException {
        for (PartitionProgress progress : flows.takeTurnedOn()) {
            late.add(progress);
        }
        long deadlineNs = System.nanoTime() + LATE_TURN_NS;
        boolean moved = true;
        while (moved && System.nanoTime() - deadlineNs < 0) {
            moved = false;
            for (PartitionProgress progress : late.all()) {
                moved |= forwardLate(progress);
            }
        }
    }

    /** One piece. @return whether there may be more */
    private boolean forwardLate(PartitionProgress progress) throws SQLException, InterruptedException {
        Optional<LogTable.Extent> extent = extent(progress);
        if (extent.isEmpty() || !flows.isForwarded(progress)) {
            late.remove(progress);
            return false;
        }
        progress.skipTo(extent.get().startInc());
        if (!progress.isFlowing()
                || forwardPiece(
                        flows.of(connection(), progress.topicId()),
                        progress,
                        extent.get().stableExc())) {
            return progress.isFlowing();
        }
        if (progress.isFlowing() && late.covers(progress, extent.get().endExc())) {
            onCaughtUp(progress, extent.get());
        }
        return false;
    }

    private void onCaughtUp(PartitionProgress progress, LogTable.Extent extent) {
        late.remove(progress);
        sender.release(progress);
        if (extent.isUndecided()) {
            undecided.note(progress, extent.endExc() - 1);
        }
        LOGGER.atInfo()
                .addKeyValue("topic", flows.name(progress.topicId()))
                .addKeyValue("partition", progress.partition())
                .addKeyValue("toOffset", progress.next())
                .log("the partition was turned on and has caught up from the table");
    }

    /** The stream has jumped to this offset: forwards what lies between. */
    void fillGap(TopicFlow flow, PartitionProgress progress, long offset) throws SQLException, InterruptedException {
        awaitVisible(progress, offset);
        long from = progress.next();
        long end = Math.min(offset, stableEnd(progress, offset));
        while (forwardPiece(flow, progress, end)) {
            sender.settle();
        }
        stats.onGapFilled();
        LOGGER.atInfo()
                .addKeyValue("topic", flow.topic().name())
                .addKeyValue("partition", progress.partition())
                .addKeyValue("fromOffset", from)
                .addKeyValue("toOffset", offset)
                .log("the replication stream jumped; what lay between was read from the table");
    }

    /** A row can come down the stream before its transaction is visible to others. */
    private void awaitVisible(PartitionProgress progress, long offset) throws SQLException, InterruptedException {
        long deadlineNs = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        Optional<LogTable.Extent> extent = extent(progress);
        while (extent.isPresent() && extent.get().endExc() <= offset) {
            if (System.nanoTime() - deadlineNs >= 0) {
                throw new SQLException(
                        "topic %d, partition %d: offset %d came by replication, but kafka.partitions ends at %d"
                                .formatted(
                                        progress.topicId(),
                                        progress.partition(),
                                        offset,
                                        extent.get().endExc()));
            }
            sender.checkStopping();
            Thread.sleep(PAUSE_MS);
            extent = extent(progress);
        }
    }

    private Optional<LogTable.Extent> extent(PartitionProgress progress) throws SQLException {
        return table.extent(connection(), progress.topicId(), progress.partition());
    }

    /** Forwards what the outcomes of transactions have made sure. */
    void forwardDecided() throws SQLException, InterruptedException {
        Outcome outcome = undecided.takeOutcome();
        if (outcome != null) {
            awaitVisible(outcome);
        }
        for (PartitionProgress progress : undecided.all()) {
            if (!flows.isForwarded(progress)) {
                undecided.remove(progress);
            } else if (progress.isFlowing()) {
                forwardDecided(progress);
            }
        }
        deleted.report();
    }

    private void awaitVisible(Outcome outcome) throws SQLException, InterruptedException {
        long deadlineNs = System.nanoTime() + OUTCOME_VISIBLE_WITHIN.toNanos();
        while (!table.isVisible(connection(), outcome) && System.nanoTime() - deadlineNs < 0) {
            sender.checkStopping();
            Thread.sleep(PAUSE_MS);
        }
    }

    private void forwardDecided(PartitionProgress progress) throws SQLException, InterruptedException {
        Optional<LogTable.Extent> extent = extent(progress);
        if (extent.isEmpty()) {
            deleted.onMissed(progress, undecided.remove(progress));
            return;
        }
        TopicFlow flow = flows.of(connection(), progress.topicId());
        while (forwardPiece(flow, progress, extent.get().stableExc())) {
            sender.settle();
        }
        if (progress.isFlowing() && !extent.get().isUndecided()) {
            undecided.onDecided(progress, extent.get().endExc());
        }
    }

    /** Forwards the next rows of the table. @return whether there may be more below {@code endExc} */
    private boolean forwardPiece(TopicFlow flow, PartitionProgress progress, long endExc)
            throws SQLException, InterruptedException {
        sender.checkStopping();
        if (progress.next() >= endExc || !progress.isFlowing()) {
            return false;
        }
        List<LogEntry> entries = table.read(
                connection(),
                progress.topicId(),
                progress.partition(),
                progress.next(),
                endExc,
                batch -> whole.takes(flow.route(), progress, batch));
        long from = progress.next();
        for (LogEntry entry : entries) {
            if (!progress.isFlowing()) {
                return false;
            }
            // What was sent may have come back meanwhile, and then the table is read again from there.
            if (progress.next() != from) {
                break;
            }
            progress.skipTo(entry.offset());
            if (flow.route().takes(entry.partition(), entry.offset())) {
                sender.send(flow, progress, entry);
            } else {
                progress.skipTo(entry.endExc());
            }
            from = entry.endExc();
        }
        if (entries.isEmpty()) {
            progress.skipTo(endExc);
        }
        sender.settle();
        checkpoints.saveIfDue(connection());
        return progress.next() < endExc;
    }

    /** The record that was refused has passed: what waited behind it follows. @return whether all of it has */
    boolean goOn(PartitionProgress progress) throws SQLException, InterruptedException {
        TopicFlow flow = flows.of(connection(), progress.topicId());
        LOGGER.atInfo()
                .addKeyValue("topic", flow.topic().name())
                .addKeyValue("partition", progress.partition())
                .log("the partition is forwarded again");
        long end = stableEnd(progress, progress.next());
        while (forwardPiece(flow, progress, end)) {
            sender.settle();
        }
        return progress.isFlowing();
    }

    /** Tries the refused record again, alone. */
    void probe(PartitionProgress progress) throws SQLException, InterruptedException {
        TopicFlow flow = flows.of(connection(), progress.topicId());
        long end = stableEnd(progress, progress.next());
        List<LogRow> rows = table.read(connection(), progress.topicId(), progress.partition(), progress.next(), end);
        if (rows.isEmpty()) {
            progress.skipTo(end);
            progress.release();
            return;
        }
        progress.skipTo(rows.get(0).offset());
        progress.probe();
        sender.send(flow, progress, rows.get(0));
    }

    /** Up to where the partition may be forwarded now; beyond it, it waits for a transaction. */
    private long stableEnd(PartitionProgress progress, long ifDeleted) throws SQLException {
        Optional<LogTable.Extent> extent = extent(progress);
        extent.filter(LogTable.Extent::isUndecided).ifPresent(open -> undecided.note(progress, open.endExc() - 1));
        return extent.map(LogTable.Extent::stableExc).orElse(ifDeleted);
    }

    private Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("use() comes first");
        }
        return connection;
    }
}
