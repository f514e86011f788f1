package io.tailrace.config;

import java.time.Duration;

/** Section {@code [verification]}: how the forwarder reads the target back and compares it with the log. */
public record VerificationConfig(
        @Setting(
                        value =
                                "Whether the forwarder reads the target back all the time and compares it with Postgres. `tailrace migrate verify` does the same at any time.",
                        byDefault = "true")
                boolean enabled,
        @Setting(
                        value = "How many records it compares a second at most, on average.",
                        byDefault = "5000",
                        min = "100",
                        max = "10000000")
                int rateRecords,
        @Setting(
                        value =
                                "How many bytes of keys, values and headers it compares a second at most, on average. It reads them once from Postgres and once from the target.",
                        byDefault = "8MiB",
                        min = "64KiB",
                        max = "1024GiB")
                long rateBytes,
        @Setting(
                        value = "How soon it looks for new records when it has compared everything.",
                        byDefault = "1s",
                        min = "10ms",
                        max = "1h")
                Duration interval,
        @Setting(
                        value =
                                "How often it looks again at a partition that is red or cannot be read, and whether the target still has what was compared.",
                        byDefault = "30s",
                        min = "10ms",
                        max = "1d")
                Duration recheckInterval) {}
