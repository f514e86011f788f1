package io.tailrace.broker.topic;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Lets memory follow the database: listeners hear of a topic before requests can name it.
 *
 * <p>Changed on the thread that changes topics; read on any.
 */
final class TopicDirectory {

    private final TopicRegistry registry;
    private final List<TopicListener> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, String> defaults;

    TopicDirectory(TopicRegistry registry, Map<String, String> defaults) {
        this.registry = registry;
        this.defaults = defaults;
    }

    void addListener(TopicListener listener) {
        listeners.add(listener);
    }

    TopicRegistry registry() {
        return registry;
    }

    /** The settings of topics that do not say otherwise, under the names that topics have for them. */
    Map<String, String> defaults() {
        return defaults;
    }

    void created(Topic topic) {
        listeners.forEach(listener -> listener.onCreated(topic));
        registry.put(topic);
    }

    void changed(Topic topic) {
        listeners.forEach(listener -> listener.onChanged(topic));
        registry.put(topic);
    }

    void deleted(Topic topic) {
        registry.remove(topic);
        listeners.forEach(listener -> listener.onDeleted(topic));
    }

    void defaultsChanged(Map<String, String> changed) {
        Map<String, String> copy = Map.copyOf(changed);
        if (copy.equals(defaults)) {
            return;
        }
        defaults = copy;
        registry.all().forEach(topic -> changed(topic.with(topic.settings().over(copy))));
    }
}
