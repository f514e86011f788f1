package io.tailrace.forwarder.route;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the forwarder makes of a topic: its row in {@code kafka.forwarder_topics}.
 *
 * @param targetName the topic of the target that the positions are about
 * @param partitions those that are forwarded
 * @param samplePercentage of the records
 * @param settings the topic's own settings, as they were last passed on
 * @param reason why nothing, or not everything that should be, is forwarded; null if it is
 */
public record TopicState(
        String targetName,
        List<Integer> partitions,
        int samplePercentage,
        Map<String, String> settings,
        @Nullable String reason) {
    public TopicState {
        partitions = List.copyOf(partitions);
        settings = Map.copyOf(settings);
    }
}
