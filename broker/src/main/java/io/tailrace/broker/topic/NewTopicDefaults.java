package io.tailrace.broker.topic;

import java.util.Map;

/**
 * What a topic gets that says nothing itself.
 *
 * @param config topic settings under Kafka's names
 * @param maxPartitions the largest partition count that a topic may have
 */
public record NewTopicDefaults(int partitions, int maxPartitions, Map<String, String> config) {

    public NewTopicDefaults {
        config = Map.copyOf(config);
    }
}
