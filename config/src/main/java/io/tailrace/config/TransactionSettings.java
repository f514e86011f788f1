package io.tailrace.config;

import java.time.Duration;

/** Section {@code [transactions]}: what bounds transactions. */
public record TransactionSettings(
        @Setting(
                        value =
                                "The longest time that a transaction may stay open; a producer that asks for more is refused. It holds up readers of committed records. Kafka's transaction.max.timeout.ms.",
                        byDefault = "15m",
                        min = "1ms",
                        max = "24d")
                Duration maxTimeout,
        @Setting(
                        value =
                                "How long the broker remembers a transactional id that nobody uses. Kafka's transactional.id.expiration.ms.",
                        byDefault = "7d",
                        min = "1ms",
                        max = "365d")
                Duration idExpiration) {}
