package io.tailrace.broker.topic;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/** Topics for tests outside this package. */
public final class TopicFixture {

    private TopicFixture() {}

    /** Adds a topic that no database knows. */
    public static Topic register(TopicRegistry registry, TopicListener listener, String name, int partitions) {
        Topic topic = new Topic(1, Uuid.randomUuid(), name, partitions, TopicSettings.of(Map.of(), Map.of()));
        listener.onCreated(topic);
        registry.put(topic);
        return topic;
    }
}
