package io.tailrace.config;

import java.time.Duration;

/** Section {@code [groups]}: consumer groups. */
public record GroupSettings(
        @Setting(
                        value =
                                "How long committed offsets are kept after their group has lost its last member, or, where a consumer assigns its partitions itself, after the commit.",
                        byDefault = "7d",
                        min = "1m",
                        max = "3650d")
                Duration offsetsRetention,
        @Setting(
                        value = "How often offsets whose time is over are looked for.",
                        byDefault = "10m",
                        min = "1ms",
                        max = "1d")
                Duration offsetsRetentionCheckInterval,
        @Setting(
                        value = "The largest text that a consumer may store with an offset.",
                        byDefault = "4096",
                        min = "0",
                        max = "1MiB")
                int offsetMetadataMaxBytes,
        @Setting(
                        value =
                                "How long a group of the classic protocol that was empty waits for more members before its first assignment.",
                        byDefault = "3s",
                        min = "0ms",
                        max = "1h")
                Duration initialRebalanceDelay,
        @Setting(
                        value = "The least session timeout that a member of the classic protocol may ask for.",
                        byDefault = "6s",
                        min = "1ms",
                        max = "1d")
                Duration minSessionTimeout,
        @Setting(
                        value = "The greatest session timeout that a member of the classic protocol may ask for.",
                        byDefault = "30m",
                        min = "1ms",
                        max = "1d")
                Duration maxSessionTimeout,
        @Setting(
                        value =
                                "A member of the newer protocol (group.protocol=consumer) that has not been heard of for this long is taken for dead.",
                        byDefault = "45s",
                        min = "1ms",
                        max = "1d")
                Duration consumerSessionTimeout,
        @Setting(
                        value = "How often members of the newer protocol are told to send heartbeats.",
                        byDefault = "5s",
                        min = "1ms",
                        max = "1d")
                Duration consumerHeartbeatInterval,
        @Setting(
                        value = "The most members that one group may have.",
                        byDefault = "2147483647",
                        min = "1",
                        max = "2147483647")
                int maxSize,
        @Setting(
                        value =
                                "Threads that work for groups, each with a Postgres connection of its own when it writes.",
                        byDefault = "4",
                        min = "1",
                        max = "16")
                int threads) {

    public GroupSettings {
        if (minSessionTimeout.compareTo(maxSessionTimeout) > 0) {
            throw new ConfigException(
                    "groups.min_session_timeout = %d ms is greater than groups.max_session_timeout = %d ms, so that no consumer could join; lower the first or raise the second"
                            .formatted(minSessionTimeout.toMillis(), maxSessionTimeout.toMillis()));
        }
        if (consumerHeartbeatInterval.compareTo(consumerSessionTimeout) >= 0) {
            throw new ConfigException(
                    "groups.consumer_heartbeat_interval = %d ms is not less than groups.consumer_session_timeout = %d ms, so that every consumer would be taken for dead; lower the first or raise the second"
                            .formatted(consumerHeartbeatInterval.toMillis(), consumerSessionTimeout.toMillis()));
        }
    }
}
