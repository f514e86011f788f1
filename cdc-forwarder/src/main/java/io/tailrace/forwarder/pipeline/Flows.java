package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.Checkpoint;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.route.RoutedTopic;
import io.tailrace.forwarder.route.TopicState;
import io.tailrace.forwarder.route.TopicStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All topics that the forwarder has met, by number. Confined to the thread that moves records. */
final class Flows {
    private static final Logger LOGGER = LoggerFactory.getLogger(Flows.class);
    /** How long a topic may stay invisible after its first record: it was committed before, but perhaps not yet shown. */
    private static final int LOOKUPS = 100;

    private static final long LOOKUP_PAUSE_MS = 50;

    private final TopicStore topics;
    private final Map<Integer, TopicFlow> flows = new LinkedHashMap<>();
    private List<TopicFlow> live = List.of();
    private List<PartitionProgress> turnedOn = new ArrayList<>();
    private @Nullable TopicFlow last;

    Flows(TopicStore topics) {
        this.topics = topics;
    }

    /** The flow of a topic, looked up in Postgres at its first record. */
    TopicFlow of(Connection connection, int topicId) throws SQLException, InterruptedException {
        TopicFlow flow = last;
        if (flow != null && flow.topic().id() == topicId) {
            return flow;
        }
        flow = flows.get(topicId);
        if (flow == null) {
            flow = lookUp(connection, topicId);
        }
        last = flow;
        return flow;
    }

    /** The flow of a topic in which this partition was met: a topic that has grown is looked up again. */
    TopicFlow of(Connection connection, int topicId, int partition) throws SQLException, InterruptedException {
        TopicFlow flow = of(connection, topicId);
        for (int attempt = 0; partition >= flow.topic().partitions(); attempt++) {
            if (attempt == LOOKUPS) {
                throw new SQLException(
                        "kafka.messages has records of topic %s, partition %d, but in kafka.topics it has %d partitions"
                                .formatted(
                                        flow.topic().name(),
                                        partition,
                                        flow.topic().partitions()));
            }
            if (attempt > 0) {
                Thread.sleep(LOOKUP_PAUSE_MS);
            }
            refresh(connection);
            Optional<RoutedTopic> deleted = topics.deleted(connection, topicId);
            if (deleted.isPresent()) {
                flows.put(topicId, flow.changed(deleted.get()));
            }
            flow = of(connection, topicId);
        }
        return flow;
    }

    private TopicFlow lookUp(Connection connection, int topicId) throws SQLException, InterruptedException {
        for (int attempt = 0; attempt < LOOKUPS; attempt++) {
            refresh(connection);
            TopicFlow found = flows.get(topicId);
            if (found != null) {
                return found;
            }
            Optional<RoutedTopic> deleted = topics.deleted(connection, topicId);
            if (deleted.isPresent()) {
                TopicFlow flow = new TopicFlow(deleted.get());
                flows.put(topicId, flow);
                return flow;
            }
            Thread.sleep(LOOKUP_PAUSE_MS);
        }
        throw new SQLException("kafka.messages has records of topic " + topicId
                + ", but kafka.topics has no such row; it must not be deleted, restore it with its name");
    }

    /** Adds the topics that are new, and takes over what changed in the others. Returns all that are not deleted. */
    List<TopicFlow> refresh(Connection connection) throws SQLException {
        List<TopicFlow> found = new ArrayList<>();
        for (RoutedTopic routed : topics.live(connection)) {
            TopicFlow known = flows.get(routed.topic().id());
            TopicFlow flow = known != null && !isChanged(known, routed) ? known : take(connection, known, routed);
            flows.put(routed.topic().id(), flow);
            found.add(flow);
        }
        last = null;
        live = List.copyOf(found);
        return live;
    }

    private static boolean isChanged(TopicFlow known, RoutedTopic routed) {
        return !known.topic().equals(routed.topic()) || !known.route().equals(routed.route());
    }

    private TopicFlow take(Connection connection, @Nullable TopicFlow known, RoutedTopic routed) throws SQLException {
        if (routed.startsAnew()) {
            topics.startAnew(connection, routed.topic().id(), routed.route().target());
            TopicFlow anew = new TopicFlow(routed.anew());
            if (known != null) {
                LOGGER.atInfo()
                        .addKeyValue("topic", routed.topic().name())
                        .addKeyValue("target", routed.route().target())
                        .addKeyValue("targetBefore", routed.currentTarget())
                        .log("topic goes to another topic of the target; it starts anew");
                turnOn(anew, partition -> true);
            }
            return anew;
        }
        if (known == null) {
            return new TopicFlow(routed);
        }
        TopicFlow changed = known.changed(routed);
        turnOn(changed, partition -> !known.route().forwards(partition));
        return changed;
    }

    private void turnOn(TopicFlow flow, IntPredicate isNew) {
        for (int partition : flow.route().partitions(flow.topic().partitions())) {
            if (isNew.test(partition)) {
                PartitionProgress progress = flow.partition(partition);
                progress.unalign();
                turnedOn.add(progress);
            }
        }
    }

    /** The topics that were not deleted when they were looked up last. */
    List<TopicFlow> live() {
        return live;
    }

    /** The partitions that are forwarded since this was asked last, but were not before: the stream has passed by them. */
    List<PartitionProgress> takeTurnedOn() {
        List<PartitionProgress> taken = turnedOn;
        turnedOn = new ArrayList<>();
        return taken;
    }

    /** Whether the partition is forwarded, and this is its progress: another one takes over where a topic starts anew. */
    boolean isForwarded(PartitionProgress progress) {
        TopicFlow flow = flows.get(progress.topicId());
        return flow != null && flow.route().forwards(progress.partition()) && isCurrent(progress);
    }

    /** Whether no other progress has taken over. */
    boolean isCurrent(PartitionProgress progress) {
        TopicFlow flow = flows.get(progress.topicId());
        return flow != null && flow.find(progress.partition()) == progress;
    }

    /** Keeps what has become of the topics, where it changed. */
    void save(Connection connection) throws SQLException {
        for (TopicFlow flow : live) {
            TopicState state = flow.unsaved();
            if (state != null) {
                topics.save(connection, flow.topic().id(), state);
                flow.onSaved(state);
            }
        }
    }

    /** Takes over saved positions: all at the start, later those where another process has come further. */
    void restore(Connection connection, Collection<Checkpoint> checkpoints) throws SQLException, InterruptedException {
        for (Checkpoint checkpoint : checkpoints) {
            TopicFlow flow = of(connection, checkpoint.position().topicId());
            PartitionProgress progress = flow.find(checkpoint.position().partition());
            if (progress == null) {
                flow.add(PartitionProgress.from(checkpoint));
            } else {
                progress.advanceTo(checkpoint);
            }
        }
    }

    /** As if none had been met. Whoever still has a progress finds that it is not current. */
    void forget() {
        flows.clear();
        live = List.of();
        turnedOn = new ArrayList<>();
        last = null;
    }

    /** The name of a topic that was met before. */
    String name(int topicId) {
        TopicFlow flow = flows.get(topicId);
        return flow == null ? "number " + topicId : flow.topic().name();
    }

    Collection<TopicFlow> all() {
        return flows.values();
    }
}
