package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import org.jspecify.annotations.Nullable;

/**
 * Which refused records are to be sent again.
 *
 * @param topic null for those of all topics
 * @param partition null for all
 * @param offset null for all
 */
record RetrySelection(@Nullable String topic, @Nullable Integer partition, @Nullable Long offset) {

    RetrySelection {
        if (topic == null && (partition != null || offset != null)) {
            throw new UserError("--partition and --offset need --topic");
        }
        if (partition == null && offset != null) {
            throw new UserError("--offset " + offset + " needs --partition: each has its own offsets");
        }
    }

    /** As the command line has it: which records must be said, or that it is all of them. */
    static RetrySelection of(boolean all, @Nullable String topic, @Nullable Integer partition, @Nullable Long offset) {
        if (all == (topic != null)) {
            throw new UserError("which records? Give --topic (and --partition, --offset), or --all");
        }
        return new RetrySelection(topic, partition, offset);
    }
}
