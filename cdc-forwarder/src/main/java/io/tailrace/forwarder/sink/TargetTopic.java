package io.tailrace.forwarder.sink;

import java.util.Map;

/**
 * What a topic of the target is to be like.
 *
 * @param partitions at least so many
 * @param settings the source topic's own settings
 * @param passedOn those that were passed on to the target before
 */
public record TargetTopic(String name, int partitions, Map<String, String> settings, Map<String, String> passedOn) {
    public TargetTopic {
        settings = Map.copyOf(settings);
        passedOn = Map.copyOf(passedOn);
    }
}
