package io.tailrace.forwarder.route;

import java.util.Map;

/**
 * A topic as the broker keeps it.
 *
 * @param id its number in {@code kafka.messages}
 * @param name its name here
 * @param partitions how many partitions it has
 * @param config its own settings, under Kafka's names
 */
public record SourceTopic(int id, String name, int partitions, Map<String, String> config) {
    public SourceTopic {
        config = Map.copyOf(config);
    }
}
