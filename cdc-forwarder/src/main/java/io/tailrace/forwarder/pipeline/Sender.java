package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.checkpoint.Deliveries;
import io.tailrace.forwarder.checkpoint.Delivery;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.LogEntry;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands records, and batches as they are stored, to the writer, no more at a time than memory allows, and settles them in their order: acknowledged,
 * refused for good (which holds their partition), or lost with a writer that cannot go on. Confined to the thread that
 * moves records, but for {@link #stop()}. Owns: the writer.
 */
final class Sender implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Sender.class);
    private static final long PAUSE_MS = 1;
    /** What Kafka takes for no timestamp at all. */
    private static final long NO_TIMESTAMP = -1;

    private final PipelineConfig config;
    private final TopicOpener opener;
    private final Flows flows;
    private final Deliveries deliveries;
    private final ForwarderStats stats;
    private final Upkeep upkeep;
    private final Waiting waiting = new Waiting();
    private final Set<PartitionProgress> held = new LinkedHashSet<>();
    private final Aligner aligner;
    private final Refusals refusals;
    private final TargetProducer producer;
    private volatile boolean stopping;

    /** What must go on while the target keeps the sender waiting. */
    interface Upkeep {
        /** Called again and again; {@code stalled} now and then, when it has lasted so long that a topic may be gone. */
        void whileWaiting(boolean stalled) throws SQLException, InterruptedException;
    }

    /** Takes into account where the target's partition ends. */
    interface Aligner {
        void align(TopicFlow flow, PartitionProgress progress, long end) throws SQLException;

        /** Whether something of the partition is on its way that must go before all others. */
        boolean isOnItsWay(PartitionProgress progress);

        /** Called behind that, when records can be handed over: what must go before all others goes now. */
        void onAligned(TopicFlow flow, PartitionProgress progress) throws SQLException, InterruptedException;
    }

    Sender(
            PipelineConfig config,
            TargetSettings settings,
            TopicOpener opener,
            Flows flows,
            Deliveries deliveries,
            ForwarderStats stats,
            Aligner aligner,
            Upkeep upkeep,
            Refusals refusals) {
        this.refusals = refusals;
        this.config = config;
        this.producer = new TargetProducer(settings);
        this.opener = opener;
        this.flows = flows;
        this.deliveries = deliveries;
        this.stats = stats;
        this.aligner = aligner;
        this.upkeep = upkeep;
    }

    /** Whether there is a writer. If not, what another one had on its way has landed, or is yet to, or is lost. */
    boolean hasWriter() {
        return producer.isThere();
    }

    /** @param known who the forwarder is to the target */
    void begin(ProducerIdentity known) {
        producer.begin(known);
    }

    /** Sends what its partition takes next; anything else is left alone. Blocks while the target is slow. */
    void send(TopicFlow flow, PartitionProgress progress, LogEntry entry) throws SQLException, InterruptedException {
        if (!isOpen(flow, progress) || !offer(flow, progress, entry)) {
            hold(progress);
        }
        waiting.over();
    }

    /** Nothing is sent of the partition for a while; what it misses is read from the table. */
    void hold(PartitionProgress progress) {
        progress.hold(System.nanoTime(), config.backoff());
        held.add(progress);
    }

    /** Whether the target's partition can take the record. Waits while the target is about to say so. */
    private boolean isOpen(TopicFlow flow, PartitionProgress progress) throws SQLException, InterruptedException {
        while (!isAligned(flow, progress)) {
            if (aligner.isOnItsWay(progress) || isAnswerFar(flow, progress)) {
                return false;
            }
            awaitTarget();
        }
        return true;
    }

    private boolean isAnswerFar(TopicFlow flow, PartitionProgress progress) {
        if (progress.isInFlight() || !lacksAnswer(flow, progress)) {
            return false;
        }
        opener.open(flow);
        return lacksAnswer(flow, progress) && !opener.isAnswerNear(flow);
    }

    private static boolean lacksAnswer(TopicFlow flow, PartitionProgress progress) {
        return !flow.isReady(progress.partition()) || progress.lacksTargetEnd();
    }

    /** Whether it is known which record comes next on the target; finds it out if the target has said where it ends. */
    private boolean isAligned(TopicFlow flow, PartitionProgress progress) throws SQLException, InterruptedException {
        if (!flow.isReady(progress.partition())) {
            return false;
        }
        Long end = progress.targetEnd();
        if (!progress.isAligned() && end != null) {
            long before = progress.next();
            aligner.align(flow, progress, end);
            running().begin(partition(flow, progress), end, producer.identity(progress.isShared()));
            if (progress.next() < before) {
                held.add(progress);
            }
            aligner.onAligned(flow, progress);
        }
        return progress.isAligned();
    }

    /** Sends again what the target is known to have lost, though nothing new follows there. */
    void mend() throws SQLException, InterruptedException {
        for (TopicFlow flow : flows.all()) {
            List<PartitionProgress> astray = new ArrayList<>();
            flow.forEach(progress -> {
                if (progress.isAstray() && flow.route().forwards(progress.partition())) {
                    astray.add(progress);
                }
            });
            for (PartitionProgress progress : astray) {
                isAligned(flow, progress);
            }
        }
    }

    private static TopicPartition partition(TopicFlow flow, PartitionProgress progress) {
        return flow.targetPartition(progress.partition());
    }

    /**
     * Offers the entry to the writer until it takes it, however long the target is away: what the writer has taken by then
     * it sends itself, once, when the target is back. @return false if the target's topic is not fit for it
     */
    private boolean offer(TopicFlow flow, PartitionProgress progress, LogEntry entry)
            throws SQLException, InterruptedException {
        int sizeBytes = entry.sizeBytes();
        awaitRoom(sizeBytes);
        if (progress.takes(entry.offset())
                && progress.isAligned()
                && !hand(flow, entry, new Delivery(progress, entry.offset(), entry.recordCount(), sizeBytes))) {
            goOnLater(progress);
        }
        return true;
    }

    private void awaitRoom(int sizeBytes) throws SQLException, InterruptedException {
        while (!deliveries.isEmpty() && deliveries.bytes() + sizeBytes > config.maxInFlightBytes()) {
            awaitTarget();
        }
    }

    /** @return whether the writer has taken it */
    private boolean hand(TopicFlow flow, LogEntry entry, Delivery delivery) {
        PartitionProgress progress = delivery.progress();
        if (entry instanceof LogRow row && row.timestampMs() < NO_TIMESTAMP) {
            delivery.onRefused(new InvalidTimestampException("timestamp " + row.timestampMs() + " is negative"));
            progress.unalign();
        } else if (!running().write(partition(flow, progress), entry, delivery)) {
            return false;
        }
        deliveries.add(delivery);
        stats.onSent(delivery.recordCount());
        return true;
    }

    /** Whether the partition is aligned, with nothing of it on its way: waits for that, at most so long. */
    boolean isQuiet(TopicFlow flow, PartitionProgress progress, Duration atMost)
            throws SQLException, InterruptedException {
        long deadlineNs = System.nanoTime() + atMost.toNanos();
        boolean quiet = isAligned(flow, progress) && !progress.isInFlight();
        while (!quiet && !isAnswerFar(flow, progress) && System.nanoTime() - deadlineNs < 0) {
            awaitTarget();
            quiet = isAligned(flow, progress) && !progress.isInFlight();
        }
        waiting.over();
        return quiet;
    }

    /**
     * Sends a record of a quiet partition that was sent before, and that is not the next one.
     *
     * @return its delivery, or null if nothing is taken for now
     */
    @Nullable
    Delivery sendAgain(TopicFlow flow, PartitionProgress progress, LogRow row)
            throws SQLException, InterruptedException {
        awaitRoom(row.sizeBytes());
        if (!progress.isAligned()) {
            return null;
        }
        Delivery delivery = Delivery.again(progress, row.offset(), row.sizeBytes());
        if (!hand(flow, row, delivery)) {
            progress.unalign();
            return null;
        }
        return delivery;
    }

    /** Waits, at most so long, until nothing of the partition is on its way. @return whether that is so */
    boolean awaitAnswers(PartitionProgress progress, Duration atMost) throws SQLException, InterruptedException {
        long deadlineNs = System.nanoTime() + atMost.toNanos();
        while (progress.isInFlight() && System.nanoTime() - deadlineNs < 0) {
            awaitTarget();
        }
        return !progress.isInFlight();
    }

    /** Nothing is taken for now: what is on its way comes back, and all of it is read from the table again. */
    private void goOnLater(PartitionProgress progress) {
        progress.unalign();
        held.add(progress);
    }

    private TargetWriter running() {
        requireUnbroken();
        return producer.writer();
    }

    private void requireUnbroken() {
        TargetException failure = producer.failure();
        if (failure != null) {
            abandonWriter();
            throw failure;
        }
    }

    /** Whether the target takes nothing any more of the identity that the last writer had. */
    boolean isIdentityRefused() {
        return producer.isIdentityRefused();
    }

    private void awaitTarget() throws SQLException, InterruptedException {
        checkStopping();
        Thread.sleep(PAUSE_MS);
        settle();
        upkeep.whileWaiting(waiting.stillWaiting(deliveries.bytes()));
    }

    /** Takes note of what the target has answered by now. */
    void settle() {
        for (Delivery delivery = deliveries.pollSettled(); delivery != null; delivery = deliveries.pollSettled()) {
            stats.onSettled(delivery.recordCount());
            Exception refusal = delivery.error();
            if (refusal != null) {
                refuse(delivery, refusal);
            } else if (!delivery.isDiscarded()) {
                acknowledge(delivery);
            } else if (Deliveries.discard(delivery) && !delivery.isAgain()) {
                onDiscarded(delivery);
            }
        }
        requireUnbroken();
    }

    private void onDiscarded(Delivery delivery) {
        PartitionProgress progress = delivery.progress();
        held.add(progress);
        if (delivery.errorAsWhole() != null) {
            SendReports.onTakenApart(flows.name(progress.topicId()), delivery, delivery.errorAsWhole());
        }
    }

    private void acknowledge(Delivery delivery) {
        PartitionProgress progress = delivery.progress();
        Long expected = progress.targetNext();
        if (expected != null && delivery.targetOffset() < expected && Deliveries.fallBack(delivery)) {
            held.add(progress);
            return;
        }
        if (!Deliveries.acknowledge(delivery)) {
            return;
        }
        if (!delivery.isAgain()) {
            stats.onForwarded(delivery.recordCount());
        }
        if (expected != null && expected != delivery.targetOffset() && progress.share()) {
            SendReports.onShared(flows.name(progress.topicId()), delivery, expected);
        }
    }

    private void refuse(Delivery delivery, Exception error) {
        if (Deliveries.refuse(delivery, System.nanoTime(), config.backoff()) && !delivery.isAgain()) {
            PartitionProgress progress = delivery.progress();
            held.add(progress);
            stats.onRefused();
            String topic = flows.name(progress.topicId());
            refusals.onRefused(topic, progress, delivery.offset(), error);
            SendReports.onRefused(topic, delivery, error);
        }
    }

    /** The partitions of which nothing is sent because the target refused a record or the topic. */
    Collection<PartitionProgress> held() {
        return held.isEmpty() ? List.of() : List.copyOf(held);
    }

    void release(PartitionProgress progress) {
        held.remove(progress);
    }

    /** Waits, at most so long, until nothing is on its way. */
    void drain(Duration atMost) throws InterruptedException {
        long deadlineNs = System.nanoTime() + atMost.toNanos();
        settle();
        while (!deliveries.isEmpty() && System.nanoTime() - deadlineNs < 0) {
            Thread.sleep(PAUSE_MS);
            settle();
        }
        if (!deliveries.isEmpty()) {
            LOGGER.atWarn()
                    .addKeyValue("records", deliveries.sent() - deliveries.settled())
                    .log("stopped before the target acknowledged everything; the rest will be sent again");
        }
    }

    /** Makes whatever waits end soon, with an InterruptedException. Callable from any thread. */
    void stop() {
        stopping = true;
    }

    void checkStopping() throws InterruptedException {
        if (stopping) {
            throw new InterruptedException("the forwarder stops");
        }
    }

    private void abandonWriter() {
        producer.end();
        deliveries.abandon();
        stats.onAbandoned();
    }

    @Override
    public void close() {
        abandonWriter();
    }
}
