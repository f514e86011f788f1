package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.Deliveries;
import io.tailrace.forwarder.checkpoint.IdentityStore;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.decode.Change;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.Outcome;
import io.tailrace.forwarder.decode.PendingRow;
import io.tailrace.forwarder.sink.IdentityRequest;
import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetTopics;
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
 * Where rows become acknowledged records. Offsets are what it goes by: each partition has a next one; a row below it
 * came before and is skipped, the row at it is sent, and a row beyond it shows that the stream has jumped (a slot made
 * anew, write-ahead log removed), so that the table is read for what lies between. What the table does not have either
 * is a hole. So redelivery is harmless and a gap cannot go unnoticed.
 *
 * <p>Nothing of an open transaction is forwarded: its partition stops at the last stable offset, and goes on from the
 * table when the outcome is known.
 *
 * <p>Synchronized: entered by the thread that runs the stream, and between two streams by the one that watches over it.
 * Owns: the producer and the admin client. The database connection is lent to it.
 */
public final class Pipeline implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Pipeline.class);
    private static final long PAUSE_MS = 1;
    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(60);
    /** Then it is found by looking again, a moment later. */
    private static final Duration OUTCOME_VISIBLE_WITHIN = Duration.ofSeconds(1);

    private final PipelineConfig config;
    private final TargetSettings settings;
    private final TargetTopics target;
    private final LogTable table;
    private final ForwarderStats stats;
    private final TopicOpener opener;
    private final Alignment alignment;
    private final IdentityStore identities;
    private final Flows flows = new Flows();
    private final UndecidedPartitions undecided = new UndecidedPartitions();
    private final DeletedTopics deleted = new DeletedTopics(flows);
    private final Deliveries deliveries = new Deliveries();
    private final Checkpoints checkpoints;
    private final Sender sender;

    private @Nullable Connection connection;
    private long certainFrom;
    private long refreshDueNs = System.nanoTime();

    public Pipeline(
            PipelineConfig config,
            TargetSettings settings,
            TargetTopics target,
            PositionStore positions,
            IdentityStore identities,
            LogTable table,
            ForwarderStats stats) {
        this.config = config;
        this.target = target;
        this.settings = settings;
        this.identities = identities;
        this.table = table;
        this.stats = stats;
        this.opener = new TopicOpener(new TargetInquiries(target), config.backoff());
        this.alignment = new Alignment(settings, table, stats);
        this.checkpoints = new Checkpoints(positions, config.checkpointInterval(), flows, deliveries);
        this.sender = new Sender(config, settings, opener, flows, deliveries, stats, this::align, this::whileWaiting);
    }

    /**
     * Begins, or begins again after a failure: takes over the saved positions, and makes a producer if there is none. Only
     * then it needs the target; a producer that is there outlives whatever happened.
     *
     * @param database the connection to read and save with, from now on
     */
    public synchronized void begin(Connection database) throws SQLException, InterruptedException {
        connection = database;
        if (sender.hasWriter()) {
            checkpoints.restore(database);
            flows.refresh(database).forEach(opener::open);
        } else {
            ProducerIdentity identity = identity(database, target.clusterId());
            checkpoints.restore(database);
            List<TopicFlow> live = flows.refresh(database);
            sender.begin(identity);
            live.forEach(opener::open);
            awaitAnswers();
        }
        checkpoints.save(database);
    }

    /** The identity of this forwarder at this target, saved before it is used. */
    private ProducerIdentity identity(Connection database, String clusterId) throws SQLException, InterruptedException {
        Optional<ProducerIdentity> known = identities.load(database, clusterId);
        if (known.isPresent()) {
            return known.get();
        }
        ProducerIdentity identity = IdentityRequest.send(settings);
        identities.save(database, clusterId, identity);
        return identity;
    }

    /** A partition that is new to the target: where it ends there is saved before the first record is sent. */
    private void align(TopicFlow flow, PartitionProgress progress, long end) throws SQLException {
        boolean known = progress.targetNext() != null;
        alignment.align(connection(), flow, progress, end);
        if (!known) {
            checkpoints.save(connection());
        }
    }

    private void awaitAnswers() throws InterruptedException {
        while (opener.isAnswerNear()) {
            sender.checkStopping();
            Thread.sleep(PAUSE_MS);
            opener.settle();
        }
    }

    /** Forwards from the table, up to the last stable offset of each partition as it is now. */
    public synchronized void catchUp() throws SQLException, InterruptedException {
        Queue<LogTable.Extent> open = new ArrayDeque<>(table.extents(connection()));
        while (!open.isEmpty()) {
            LogTable.Extent extent = open.remove();
            TopicFlow flow = flows.of(connection(), extent.topicId());
            PartitionProgress progress = flow.partition(extent.partition());
            progress.skipTo(extent.startInc());
            if (extent.isUndecided()) {
                undecided.note(progress, extent.endExc() - 1);
            }
            if (forwardPiece(flow, progress, extent.stableExc())) {
                open.add(extent);
            }
        }
        tick();
    }

    /** Takes a change from the replication stream. */
    public synchronized void offer(Change change) throws SQLException, InterruptedException {
        if (change instanceof LogRow row) {
            offer(row);
        } else if (change instanceof PendingRow row) {
            offer(row);
        } else if (change instanceof Outcome outcome) {
            undecided.onOutcome(outcome);
        }
    }

    private void offer(LogRow row) throws SQLException, InterruptedException {
        TopicFlow flow = flows.of(connection(), row.topicId());
        PartitionProgress progress = flow.partition(row.partition());
        if (row.offset() < progress.next()) {
            stats.onSkipped();
            return;
        }
        if (row.offset() > progress.next() && progress.isFlowing() && !undecided.contains(progress)) {
            fillGap(flow, progress, row.offset());
        }
        if (undecided.contains(progress)) {
            undecided.note(progress, row.offset());
        } else if (progress.isFlowing()) {
            sender.send(flow, progress, row);
        }
    }

    private void offer(PendingRow row) throws SQLException, InterruptedException {
        PartitionProgress progress = flows.of(connection(), row.topicId()).partition(row.partition());
        if (row.offset() < progress.next()) {
            stats.onSkipped();
        } else {
            undecided.note(progress, row.offset());
        }
    }

    /** Settles what the target has acknowledged, and does what is due: saving positions, new topics, new attempts. */
    public synchronized void tick() throws SQLException, InterruptedException {
        sender.settle();
        opener.settle();
        refreshIfDue();
        if (undecided.isDue(System.nanoTime())) {
            forwardDecided();
        }
        for (PartitionProgress progress : sender.held()) {
            if (progress.isFlowing()) {
                goOn(progress);
            } else if (progress.isProbeDue(System.nanoTime())) {
                probe(progress);
            }
        }
        checkpoints.saveIfDue(connection());
    }

    /** How many records were ever handed to the producer. */
    public synchronized long sent() {
        return deliveries.sent();
    }

    /**
     * How many of these, counted in their order, are acknowledged and covered by the saved positions; or -1, that is
     * nothing for certain, while a refused record is waiting and until what waited behind it has followed.
     */
    public synchronized long saved() {
        boolean certain = sender.held().isEmpty() && checkpoints.covered() >= certainFrom;
        return certain ? checkpoints.covered() : -1;
    }

    /** Makes whatever runs in here end soon, with an InterruptedException. Callable from any thread. */
    public void stop() {
        sender.stop();
    }

    /** Waits, at most so long, for what was sent, and saves the positions. Only after {@link #stop()}. */
    public synchronized void finish(Duration atMost) throws SQLException, InterruptedException {
        sender.drain(atMost);
        checkpoints.save(connection());
    }

    @Override
    public synchronized void close() {
        sender.close();
        opener.close();
        target.close();
    }

    private void fillGap(TopicFlow flow, PartitionProgress progress, long offset)
            throws SQLException, InterruptedException {
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
    private void forwardDecided() throws SQLException, InterruptedException {
        Outcome outcome = undecided.takeOutcome();
        if (outcome != null) {
            awaitVisible(outcome);
        }
        for (PartitionProgress progress : undecided.all()) {
            if (progress.isFlowing()) {
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
        List<LogRow> rows = table.read(connection(), progress.topicId(), progress.partition(), progress.next(), endExc);
        long from = progress.next();
        for (LogRow row : rows) {
            if (!progress.isFlowing()) {
                return false;
            }
            // What was sent may have come back meanwhile, and then the table is read again from there.
            if (progress.next() != from) {
                break;
            }
            progress.skipTo(row.offset());
            sender.send(flow, progress, row);
            from = row.offset() + 1;
        }
        if (rows.isEmpty()) {
            progress.skipTo(endExc);
        }
        sender.settle();
        checkpoints.saveIfDue(connection());
        return progress.next() < endExc;
    }

    /** The record that was refused has passed: what waited behind it follows, from the table. */
    private void goOn(PartitionProgress progress) throws SQLException, InterruptedException {
        TopicFlow flow = flows.of(connection(), progress.topicId());
        LOGGER.atInfo()
                .addKeyValue("topic", flow.topic().name())
                .addKeyValue("partition", progress.partition())
                .log("the partition is forwarded again");
        long end = stableEnd(progress, progress.next());
        while (forwardPiece(flow, progress, end)) {
            sender.settle();
        }
        if (progress.isFlowing()) {
            sender.release(progress);
            certainFrom = deliveries.sent();
        }
    }

    /** Tries the refused record again, alone. */
    private void probe(PartitionProgress progress) throws SQLException, InterruptedException {
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

    private void refreshIfDue() throws SQLException {
        if (System.nanoTime() - refreshDueNs >= 0) {
            opener.refresh(flows.refresh(connection()));
            refreshDueNs = System.nanoTime() + config.topicRefreshInterval().toNanos();
        }
    }

    /** What waits may wait for a topic that has gone from the target. */
    private void whileWaiting(boolean stalled) throws SQLException {
        opener.settle();
        checkpoints.saveIfDue(connection());
        if (stalled) {
            refreshIfDue();
        }
    }

    private Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("begin() comes first");
        }
        return connection;
    }
}
