package io.tailrace.forwarder.route;

import org.jspecify.annotations.Nullable;

/**
 * What people want of a topic: its row in {@code kafka.topic_shadow_config}.
 *
 * @param enabled whether it is forwarded; null leaves it to the forwarder's patterns
 * @param targetName the topic of the target; null is the same name
 * @param percentage of its partitions
 * @param samplePercentage of its records
 */
public record ShadowConfig(
        @Nullable Boolean enabled, @Nullable String targetName, int percentage, int samplePercentage) {
    /** Of a topic without a row. */
    public static final ShadowConfig NONE = new ShadowConfig(null, null, 100, 100);
}
