package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import org.jspecify.annotations.Nullable;

/**
 * From where to where the log is to be sent again.
 *
 * @param to what is not sent any more; null for everything that is forwarded
 */
record ReplayBounds(LogPosition from, @Nullable LogPosition to) {

    static ReplayBounds parse(String from, @Nullable String to) {
        return new ReplayBounds(LogPosition.parse("--from", from), to == null ? null : LogPosition.parse("--to", to));
    }

    /** An offset means something in one partition only. */
    void requireOne(int partitions) {
        if (partitions > 1 && (from instanceof LogPosition.AtOffset || to instanceof LogPosition.AtOffset)) {
            throw new UserError(
                    "the topic has several partitions, each with its own offsets: give --partition, or times");
        }
    }
}
