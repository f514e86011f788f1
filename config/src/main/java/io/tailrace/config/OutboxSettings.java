package io.tailrace.config;

import java.time.Duration;

/** Section {@code [outbox]}: how records that SQL produces reach the log. */
public record OutboxSettings(
        @Setting(
                        value =
                                "How often the broker looks for records of kafka.produce without being told of them. A notification tells it as a rule, at the commit; this is for one that was lost.",
                        byDefault = "1m",
                        min = "10ms",
                        max = "1d")
                Duration pollInterval) {}
