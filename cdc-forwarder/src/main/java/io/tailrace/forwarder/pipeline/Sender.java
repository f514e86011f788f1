package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.checkpoint.Deliveries;
import io.tailrace.forwarder.checkpoint.Delivery;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetProducer;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands records to the producer, no more at a time than memory allows, and settles them in their order: acknowledged,
 * refused for good (which holds their partition), or lost with a producer that cannot go on. Confined to the thread that
 * moves records, but for {@link #stop()}. Owns: the producer.
 */
final class Sender implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Sender.class);
    private static final long PAUSE_MS = 1;

    private final PipelineConfig config;
    private final TargetSettings settings;
    private final TopicOpener opener;
    private final Flows flows;
    private final Deliveries deliveries;
    private final ForwarderStats stats;
    private final Upkeep upkeep;
    private final Waiting waiting = new Waiting();
    private final Set<PartitionProgress> held = new LinkedHashSet<>();
    private @Nullable TargetProducer producer;
    private volatile boolean stopping;

    /** What must go on while the target keeps the sender waiting. */
    interface Upkeep {
        /** Called again and again; {@code stalled} now and then, when it has lasted so long that a topic may be gone. */
        void whileWaiting(boolean stalled) throws SQLException;
    }

    Sender(
            PipelineConfig config,
            TargetSettings settings,
            TopicOpener opener,
            Flows flows,
            Deliveries deliveries,
            ForwarderStats stats,
            Upkeep upkeep) {
        this.config = config;
        this.settings = settings;
        this.opener = opener;
        this.flows = flows;
        this.deliveries = deliveries;
        this.stats = stats;
        this.upkeep = upkeep;
    }

    /** Whether there is a producer. If not, what another one had on its way is lost, or yet to land. */
    boolean hasProducer() {
        return producer != null;
    }

    void begin() {
        producer = new TargetProducer(settings);
    }

    /** Sends the record that its partition takes next; any other is left alone. Blocks while the target is slow. */
    void send(TopicFlow flow, PartitionProgress progress, LogRow row) throws SQLException, InterruptedException {
        if (!isOpen(flow, progress) || !offer(flow, progress, row)) {
            progress.hold(System.nanoTime(), config.backoff());
            held.add(progress);
        }
        waiting.over();
    }

    /** Whether the target's topic can take the record. Waits while the target is about to say so. */
    private boolean isOpen(TopicFlow flow, PartitionProgress progress) throws SQLException, InterruptedException {
        while (!flow.isReady(progress.partition())) {
            opener.open(flow);
            if (!flow.isReady(progress.partition())) {
                if (!opener.isAnswerNear(flow)) {
                    return false;
                }
                awaitTarget();
            }
        }
        return true;
    }

    /**
     * Offers the record to the producer until it takes it, however long the target is away: what the producer has taken
     * by then it sends itself, once, when the target is back. @return false if the target's topic is not fit for it
     */
    private boolean offer(TopicFlow flow, PartitionProgress progress, LogRow row)
            throws SQLException, InterruptedException {
        int sizeBytes = row.sizeBytes();
        while (!deliveries.isEmpty() && deliveries.bytes() + sizeBytes > config.maxInFlightBytes()) {
            awaitTarget();
        }
        while (progress.takes(row.offset())) {
            Delivery delivery = new Delivery(progress, row.offset(), sizeBytes);
            if (hand(flow, row, delivery)) {
                deliveries.add(delivery);
                return true;
            }
            opener.check(flow);
            if (flow.isUnfit()) {
                return false;
            }
            awaitTarget();
        }
        return true;
    }

    /** Whether the producer took the record. */
    private boolean hand(TopicFlow flow, LogRow row, Delivery delivery) {
        if (producer == null) {
            throw new IllegalStateException("begin() comes first");
        }
        try {
            return producer.send(flow.topic().name(), row, delivery);
        } catch (InterruptException stopped) {
            throw stopped;
        } catch (KafkaException broken) {
            abandonProducer();
            throw new TargetException("the producer cannot go on: " + broken.getMessage(), broken);
        }
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
            Exception error = delivery.error();
            if (error == null) {
                if (Deliveries.acknowledge(delivery)) {
                    stats.onForwarded();
                } else {
                    stats.onRepeated(1);
                }
            } else if (TargetProducer.concernsRecordOnly(error)) {
                refuse(delivery, error);
            } else {
                delivery.progress().rewind();
                abandonProducer();
                throw new TargetException("the target does not take records any more: " + error.getMessage(), error);
            }
        }
    }

    private void refuse(Delivery delivery, Exception error) {
        if (Deliveries.refuse(delivery, System.nanoTime(), config.backoff())) {
            PartitionProgress progress = delivery.progress();
            held.add(progress);
            LOGGER.atError()
                    .addKeyValue("topic", flows.name(progress.topicId()))
                    .addKeyValue("partition", progress.partition())
                    .addKeyValue("offset", delivery.offset())
                    .addKeyValue("reason", error.getMessage())
                    .log(
                            "the target refuses a record; nothing is skipped, and nothing more of its partition is sent until it passes");
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

    private void abandonProducer() {
        TargetProducer abandoned = producer;
        producer = null;
        if (abandoned != null) {
            abandoned.close();
        }
        deliveries.abandon();
    }

    @Override
    public void close() {
        abandonProducer();
    }
}
