package io.tailrace.forwarder.cutover;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The row of {@code kafka.migration}, at one moment.
 *
 * @param fenceNumber of the last fence
 * @param fenceLeft for how long the fence still holds; zero where there is none
 * @param redirect of a moved cluster: whether clients are passed on
 * @param forwarder of a moved cluster: the one whose target they have moved to
 * @param brokerHeeds whether the broker that started last knows fences
 * @param nodeId of that broker, if it has said so
 */
public record MigrationState(
        Stage stage,
        long fenceNumber,
        Duration fenceLeft,
        boolean redirect,
        @Nullable String forwarder,
        boolean brokerHeeds,
        @Nullable Integer nodeId) {

    /** Where the clients are. */
    public enum Stage {
        /** They are served here. */
        NONE,
        /** They are, but nothing is appended for a while. */
        FENCED,
        /** They go on at the target. */
        MOVED
    }

    /** In words. */
    public String text() {
        return switch (stage) {
            case NONE -> "the clients are served here";
            case FENCED ->
                "fenced: producers are held back for another %.1f s (fence %d)"
                        .formatted(fenceLeft.toMillis() / 1000.0, fenceNumber);
            case MOVED ->
                "moved: the clients %s the target of forwarder \"%s\""
                        .formatted(redirect ? "are passed on to" : "are refused and sent to", forwarder);
        };
    }
}
