package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.Deliveries;
import io.tailrace.forwarder.checkpoint.IdentityStore;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.decode.BatchRecords;
import io.tailrace.forwarder.decode.Change;
import io.tailrace.forwarder.refused.Retries;
import io.tailrace.forwarder.refused.SetAside;
import io.tailrace.forwarder.replay.RepeatedRanges;
import io.tailrace.forwarder.replay.Replays;
import io.tailrace.forwarder.route.TopicStore;
import io.tailrace.forwarder.sink.IdentityRequest;
import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetTopics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where rows become acknowledged records. Offsets are what it goes by: each partition has a next one; a record below it
 * came before and is skipped, the record at it is sent, and one beyond it shows that the stream has jumped (a slot made
 * anew, write-ahead log removed), so that the table is read for what lies between. What the table does not have either
 * is a hole. That a row may hold many records is known to what reads rows only. So redelivery is harmless and a gap cannot go unnoticed.
 *
 * <p>Nothing of an open transaction is forwarded: its partition stops at the last stable offset, and goes on from the
 * table when the outcome is known.
 *
 * <p>Synchronized: entered by the threads that run the streams, and while there are none by the one that watches over them.
 * Owns: the producer and the admin client, and what sets records aside. The database connection is lent to it.
 */
public final class Pipeline implements AutoCloseable {
    private static final long PAUSE_MS = 1;

    private final PipelineConfig config;
    private final TargetSettings settings;
    private final TargetTopics target;
    private final ForwarderStats stats;
    private final TopicOpener opener;
    private final Alignment alignment;
    private final IdentityStore identities;
    private final Flows flows;
    private final UndecidedPartitions undecided = new UndecidedPartitions();
    private final Deliveries deliveries = new Deliveries();
    private final Refusals refusals;
    private final Checkpoints checkpoints;
    private final Sender sender;
    private final TableFeed feed;
    private final StreamFeed stream;
    private final Repeats repeats;
    private final RepeatRequests requests;

    private @Nullable Connection connection;
    private long certainFrom;
    private long refreshDueNs = System.nanoTime();

    /** @param aside what takes refused records; null if these stop their partition */
    public Pipeline(
            PipelineConfig config,
            TargetSettings settings,
            TargetTopics target,
            PositionStore positions,
            IdentityStore identities,
            TopicStore topics,
            LogTable table,
            ForwarderStats stats,
            @Nullable SetAside aside) {
        this.refusals = new Refusals(table, aside);
        this.config = config;
        this.target = target;
        this.settings = settings;
        this.identities = identities;
        this.flows = new Flows(topics);
        this.stats = stats;
        this.opener = new TopicOpener(new TargetInquiries(target), config.backoff());
        RepeatedRanges ranges = new RepeatedRanges(positions.forwarder());
        this.alignment = new Alignment(settings, table, positions, ranges, stats);
        this.checkpoints = new Checkpoints(positions, config.checkpointInterval(), flows, deliveries);
        this.sender = new Sender(
                config, settings, opener, flows, deliveries, stats, new Aligning(), this::whileWaiting, refusals);
        WholeBatches whole = new WholeBatches(settings.compressesAnew());
        this.feed = new TableFeed(table, flows, sender, whole, checkpoints, undecided, stats);
        BatchRecords batches = new BatchRecords(config.maxBatchBytes());
        this.stream = new StreamFeed(flows, sender, feed, undecided, whole, batches, stats);
        Replays replays = new Replays(positions.forwarder());
        Retries retries = new Retries(positions.forwarder());
        this.repeats = new Repeats(ranges, replays, retries, table, flows, sender, checkpoints, stats);
        this.requests = new RepeatRequests(retries, replays, repeats, table, flows, sender, stats);
    }

    /**
     * Begins, or begins again after a failure: takes over the saved positions, and makes a producer if there is none. Only
     * then it needs the target; a producer that is there outlives whatever happened.
     *
     * @param database the connection to read and save with, from now on
     */
    public synchronized void begin(Connection database) throws SQLException, InterruptedException {
        connection = database;
        feed.use(database);
        if (sender.isIdentityRefused()) {
            identities.forget(database);
        }
        if (sender.hasWriter()) {
            restore(database).forEach(opener::open);
        } else {
            ProducerIdentity identity = identity(database, target.clusterId());
            List<TopicFlow> live = restore(database);
            sender.begin(identity);
            live.forEach(opener::open);
            awaitAnswers();
            sender.mend();
        }
        flows.save(database);
        checkpoints.save(database);
    }

    /** Topics first: where one goes to another topic of the target, its positions are forgotten. */
    private List<TopicFlow> restore(Connection database) throws SQLException, InterruptedException {
        List<TopicFlow> live = flows.refresh(database);
        checkpoints.restore(database);
        repeats.begin(database);
        return live;
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

    /** Of a partition that is new to the target, where it ends there is saved before the first record is sent. */
    private final class Aligning implements Sender.Aligner {
        @Override
        public void align(TopicFlow flow, PartitionProgress progress, long end) throws SQLException {
            boolean known = progress.targetNext() != null;
            if (progress.hasLost(end)) {
                checkpoints.save(connection());
            }
            alignment.align(connection(), flow, progress, repeats.find(progress, end), end);
            if (!known) {
                checkpoints.save(connection());
            }
        }

        @Override
        public boolean isOnItsWay(PartitionProgress progress) {
            return repeats.isOnItsWay(progress);
        }

        @Override
        public void onAligned(TopicFlow flow, PartitionProgress progress) throws SQLException, InterruptedException {
            repeats.onAligned(flow, progress);
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
        feed.catchUp();
        tick();
    }

    /** Takes a change from the replication stream. */
    public synchronized void offer(Change change) throws SQLException, InterruptedException {
        stream.offer(connection(), change);
    }

    /** Settles what the target has acknowledged, and does what is due: saving positions, new topics, new attempts. */
    public synchronized void tick() throws SQLException, InterruptedException {
        sender.settle();
        opener.settle();
        refreshIfDue();
        feed.forwardLate();
        requests.run(connection());
        if (undecided.isDue(System.nanoTime())) {
            feed.forwardDecided();
        }
        stats.onHeld((int) sender.held().stream().filter(flows::isForwarded).count());
        for (PartitionProgress progress : sender.held()) {
            tryHeld(progress);
        }
        checkpoints.saveIfDue(connection());
    }

    private void tryHeld(PartitionProgress progress) throws SQLException, InterruptedException {
        if (!flows.isCurrent(progress)) {
            sender.release(progress);
        } else if (flows.isForwarded(progress)) {
            if (progress.isFlowing()) {
                goOn(progress);
            } else if (progress.isProbeDue(System.nanoTime())) {
                tryRefused(progress);
            }
        }
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
        boolean certain = sender.held().stream().noneMatch(flows::isForwarded) && checkpoints.covered() >= certainFrom;
        return certain ? checkpoints.covered() : -1;
    }

    /**
     * Clients are at the target from now on, and nothing is forwarded until the next {@link #begin}. Then the sequences of this
     * producer do not follow any more on what it has sent: it will be another one.
     *
     * @param atMost how long to wait for what was sent
     */
    public synchronized void standAside(Connection database, Duration atMost)
            throws SQLException, InterruptedException {
        connection = database;
        flows.refresh(database);
        flows.save(database);
        if (sender.hasWriter()) {
            sender.drain(atMost);
            checkpoints.save(database);
            sender.close();
        }
        // The target may have lost what it had; also where nothing comes back, and nothing new follows then.
        flows.all().forEach(TopicFlow::onGone);
        identities.forget(database);
        stats.onOpenReplays(0);
    }

    /**
     * The log may be another one than it was: it may have less, and other records at the same offsets. Only what it says itself
     * counts at the next {@link #begin}, as for a process that starts.
     *
     * @param atMost how long to wait for what was sent
     */
    public synchronized void forget(Duration atMost) throws SQLException, InterruptedException {
        if (sender.hasWriter()) {
            sender.drain(atMost);
            sender.close();
        }
        flows.forget();
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
        refusals.close();
    }

    private void goOn(PartitionProgress progress) throws SQLException, InterruptedException {
        if (feed.goOn(progress)) {
            sender.release(progress);
            certainFrom = deliveries.sent();
        }
    }

    private void tryRefused(PartitionProgress progress) throws SQLException, InterruptedException {
        if (!refusals.setAside(connection(), progress)) {
            feed.probe(progress);
        }
    }

    private void refreshIfDue() throws SQLException, InterruptedException {
        if (System.nanoTime() - refreshDueNs >= 0) {
            opener.refresh(flows.refresh(connection()));
            flows.save(connection());
            sender.mend();
            refreshDueNs = System.nanoTime() + config.topicRefreshInterval().toNanos();
        }
    }

    /** What waits may wait for a topic that has gone from the target. */
    private void whileWaiting(boolean stalled) throws SQLException, InterruptedException {
        opener.settle();
        checkpoints.saveIfDue(connection());
        if (stalled) {
            opener.refresh(flows.live());
        }
    }

    private Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("begin() comes first");
        }
        return connection;
    }
}
