package io.tailrace.cli.shadow;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A topic and what one forwarder makes of it.
 *
 * @param enabled as set, or null: the forwarder's patterns decide
 * @param forwarder its name, or null if none has ever started
 * @param target the topic of the target
 * @param forwarded how many partitions are forwarded, or null if the forwarder has not met the topic
 * @param lag records that are not forwarded yet of those partitions
 */
record TopicRow(
        String topic,
        int partitions,
        @Nullable Boolean enabled,
        @Nullable String forwarder,
        String target,
        int percentage,
        int samplePercentage,
        @Nullable Integer forwarded,
        long lag,
        @Nullable String reason) {

    static final List<String> HEADER =
            List.of("topic", "enabled", "target", "percentage", "partitions", "lag", "state");

    List<String> cells() {
        return List.of(
                topic,
                enabled == null ? "by pattern" : enabled.toString(),
                target,
                percentage + (samplePercentage < 100 ? " (sample of " + samplePercentage + ")" : ""),
                (forwarded == null ? "?" : forwarded) + " of " + partitions,
                Long.toString(lag),
                state());
    }

    private String state() {
        if (reason != null) {
            return reason;
        }
        if (forwarded == null) {
            return "no forwarder has taken it up yet";
        }
        return forwarded == 0 ? "no partition is turned on" : "forwarded";
    }
}
