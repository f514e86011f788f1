package io.tailrace.config;

/** Section {@code [logging]} of {@code tailrace tables}. */
public record LoggingConfig(
        @Setting(
                        value = "How much is logged.",
                        byDefault = "info",
                        oneOf = {"error", "warn", "info", "debug", "trace"})
                String level,
        @Setting(
                        value = "As lines for people, or as JSON for programs.",
                        byDefault = "plain",
                        oneOf = {"plain", "json"})
                String format) {}
