package io.tailrace.config;

import java.time.Duration;

/** Section {@code [group_sync]}: the committed offsets of consumer groups, carried on to the target. */
public record GroupSyncSettings(
        @Setting(
                        value =
                                "Whether committed offsets of consumer groups go to the target as well, translated to its offsets. Groups that are active there are left alone.",
                        byDefault = "true")
                boolean enabled,
        @Setting(value = "How often.", byDefault = "5s", min = "100ms", max = "1h") Duration interval) {}
