package io.tailrace.broker.topic;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.Uuid;

/** The topics that exist, in memory: requests never ask Postgres for them. Thread-safe. */
public final class TopicRegistry {

    private final ConcurrentMap<String, Topic> byName = new ConcurrentHashMap<>();
    private final ConcurrentMap<Uuid, Topic> byUuid = new ConcurrentHashMap<>();

    public Optional<Topic> byName(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Optional<Topic> byUuid(Uuid uuid) {
        return Optional.ofNullable(byUuid.get(uuid));
    }

    /** All topics in the order of their names. */
    public List<Topic> all() {
        return byName.values().stream()
                .sorted((left, right) -> left.name().compareTo(right.name()))
                .toList();
    }

    Collection<String> names() {
        return byName.keySet();
    }

    /** Adds a topic, or replaces it by its newer form. */
    void put(Topic topic) {
        byUuid.put(topic.uuid(), topic);
        byName.put(topic.name(), topic);
    }

    void remove(Topic topic) {
        byName.remove(topic.name(), topic);
        byUuid.remove(topic.uuid());
    }
}
