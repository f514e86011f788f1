package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.Checkpoint;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.route.SourceTopic;
import io.tailrace.forwarder.route.TopicStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All topics that the forwarder has met, by number. Confined to the thread that moves records. */
final class Flows {
    /** How long a topic may stay invisible after its first record: it was committed before, but perhaps not yet shown. */
    private static final int LOOKUPS = 100;

    private static final long LOOKUP_PAUSE_MS = 50;

    private final TopicStore topics = new TopicStore();
    private final Map<Integer, TopicFlow> flows = new LinkedHashMap<>();
    private @Nullable TopicFlow last;

    /** The flow of a topic, looked up in Postgres at its first record. */
    TopicFlow of(Connection connection, int topicId) throws SQLException, InterruptedException {
        TopicFlow flow = last;
        if (flow != null && flow.topic().id() == topicId) {
            return flow;
        }
        flow = flows.get(topicId);
        if (flow == null) {
            flow = new TopicFlow(lookUp(connection, topicId));
            flows.put(topicId, flow);
        }
        last = flow;
        return flow;
    }

    private SourceTopic lookUp(Connection connection, int topicId) throws SQLException, InterruptedException {
        for (int attempt = 0; attempt < LOOKUPS; attempt++) {
            Optional<SourceTopic> topic = topics.byId(connection, topicId);
            if (topic.isPresent()) {
                return topic.get();
            }
            Thread.sleep(LOOKUP_PAUSE_MS);
        }
        throw new SQLException("kafka.messages has records of topic " + topicId
                + ", but kafka.topics has no such row; it must not be deleted, restore it with its name");
    }

    /** Adds the topics that are new, and takes over what changed in the others. Returns all that are not deleted. */
    List<TopicFlow> refresh(Connection connection) throws SQLException {
        List<TopicFlow> live = new ArrayList<>();
        for (SourceTopic topic : topics.live(connection)) {
            TopicFlow known = flows.get(topic.id());
            if (known == null || !known.topic().equals(topic)) {
                TopicFlow changed = known == null ? new TopicFlow(topic) : known.changed(topic);
                flows.put(topic.id(), changed);
                last = null;
                live.add(changed);
            } else {
                live.add(known);
            }
        }
        return live;
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

    /** The name of a topic that was met before. */
    String name(int topicId) {
        TopicFlow flow = flows.get(topicId);
        return flow == null ? "number " + topicId : flow.topic().name();
    }

    Collection<TopicFlow> all() {
        return flows.values();
    }
}
