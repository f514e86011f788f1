package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is to be set of a topic; null leaves it as it is.
 *
 * @param enabled {@code true}, {@code false} or {@code by-pattern}
 * @param target the topic of the target
 * @param percentage of the partitions
 * @param samplePercentage of the records
 */
record ShadowChange(
        String topic,
        @Nullable String enabled,
        @Nullable String target,
        @Nullable Integer percentage,
        @Nullable Integer samplePercentage) {

    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final String BY_PATTERN = "by-pattern";

    ShadowChange {
        if (enabled == null && target == null && percentage == null && samplePercentage == null) {
            throw new UserError("nothing to set; give --enabled, --target, --percentage or --sample");
        }
        if (enabled != null && !enabled.matches("true|false|" + BY_PATTERN)) {
            throw new UserError("--enabled " + enabled
                    + ": true, false or by-pattern (what shadow.include and shadow.exclude say) is needed");
        }
        if (target != null && (!TOPIC.matcher(target).matches() || target.matches("\\.{1,2}"))) {
            throw new UserError(
                    "--target \"" + target
                            + "\" is not a name for a topic; up to 249 letters, digits, dots, dashes and underscores are needed");
        }
        check("--percentage", percentage, 0);
        check("--sample", samplePercentage, 1);
    }

    private static void check(String option, @Nullable Integer percentage, int least) {
        if (percentage != null && (percentage < least || percentage > 100)) {
            throw new UserError(option + " " + percentage + ": a whole number from " + least + " to 100 is needed");
        }
    }

    /** As it is stored: null leaves it to the forwarder's patterns. */
    @Nullable
    Boolean enabledValue() {
        return (enabled == null || enabled.equals(BY_PATTERN)) ? null : Boolean.valueOf(enabled);
    }

    /** As it is stored: null is the topic's own name. */
    @Nullable
    String targetValue() {
        return topic.equals(target) ? null : target;
    }
}
