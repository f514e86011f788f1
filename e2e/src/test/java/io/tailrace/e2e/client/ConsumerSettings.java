package io.tailrace.e2e.client;

import org.jspecify.annotations.Nullable;

/** How a consumer is set up, in words that every client knows. Immutable. */
public record ConsumerSettings(
        @Nullable String group,
        @Nullable String instance,
        String assignor,
        String reset,
        String isolation,
        int sessionTimeoutMs,
        int heartbeatIntervalMs,
        boolean autoCommit,
        int autoCommitIntervalMs,
        int fetchMaxWaitMs,
        int fetchMinBytes) {

    /** Reads from the beginning, without a group and whatever is committed or not. */
    public static final ConsumerSettings PLAIN = new ConsumerSettings(
            null, null, "range", "earliest", "read_uncommitted", 10_000, 500, false, 5_000, 300, 1);

    /** A member that commits when it is told. */
    public static ConsumerSettings inGroup(String group) {
        return new ConsumerSettings(
                group, null, "range", "earliest", "read_uncommitted", 10_000, 500, false, 5_000, 300, 1);
    }

    public ConsumerSettings withInstance(String value) {
        return new ConsumerSettings(
                group,
                value,
                assignor,
                reset,
                isolation,
                sessionTimeoutMs,
                heartbeatIntervalMs,
                autoCommit,
                autoCommitIntervalMs,
                fetchMaxWaitMs,
                fetchMinBytes);
    }

    public ConsumerSettings withAssignor(String value) {
        return new ConsumerSettings(
                group,
                instance,
                value,
                reset,
                isolation,
                sessionTimeoutMs,
                heartbeatIntervalMs,
                autoCommit,
                autoCommitIntervalMs,
                fetchMaxWaitMs,
                fetchMinBytes);
    }

    /** {@code earliest}, {@code latest} or {@code none}. */
    public ConsumerSettings withReset(String value) {
        return new ConsumerSettings(
                group,
                instance,
                assignor,
                value,
                isolation,
                sessionTimeoutMs,
                heartbeatIntervalMs,
                autoCommit,
                autoCommitIntervalMs,
                fetchMaxWaitMs,
                fetchMinBytes);
    }

    public ConsumerSettings readCommitted() {
        return new ConsumerSettings(
                group,
                instance,
                assignor,
                reset,
                "read_committed",
                sessionTimeoutMs,
                heartbeatIntervalMs,
                autoCommit,
                autoCommitIntervalMs,
                fetchMaxWaitMs,
                fetchMinBytes);
    }

    public ConsumerSettings withSessionTimeoutMs(int value) {
        return new ConsumerSettings(
                group,
                instance,
                assignor,
                reset,
                isolation,
                value,
                heartbeatIntervalMs,
                autoCommit,
                autoCommitIntervalMs,
                fetchMaxWaitMs,
                fetchMinBytes);
    }

    public ConsumerSettings withAutoCommit(int intervalMs) {
        return new ConsumerSettings(
                group,
                instance,
                assignor,
                reset,
                isolation,
                sessionTimeoutMs,
                heartbeatIntervalMs,
                true,
                intervalMs,
                fetchMaxWaitMs,
                fetchMinBytes);
    }

    public ConsumerSettings withFetch(int maxWaitMs, int minBytes) {
        return new ConsumerSettings(
                group,
                instance,
                assignor,
                reset,
                isolation,
                sessionTimeoutMs,
                heartbeatIntervalMs,
                autoCommit,
                autoCommitIntervalMs,
                maxWaitMs,
                minBytes);
    }
}
