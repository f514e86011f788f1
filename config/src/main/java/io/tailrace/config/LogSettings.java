package io.tailrace.config;

import java.time.Duration;

/** Section {@code [log]}: how records are written to Postgres and read back. */
public record LogSettings(
        @Setting(
                        value =
                                "Postgres connections that write records. Each writes everything that waits for it in one transaction, so one or two serve all clients.",
                        byDefault = "1",
                        min = "1",
                        max = "16")
                int appenders,
        @Setting(
                        value = "Records that wait to be written. Beyond it producers wait.",
                        byDefault = "64MiB",
                        min = "1KiB",
                        max = "1024GiB")
                long appendQueueBytes,
        @Setting(
                        value = "The most that one Postgres transaction takes from that queue.",
                        byDefault = "16MiB",
                        min = "1KiB",
                        max = "1GiB")
                int appendGroupBytes,
        @Setting(
                        value =
                                "A record that could not be written in this time is answered with an error after which clients try again.",
                        byDefault = "30s",
                        min = "1ms",
                        max = "1h")
                Duration appendTimeout,
        @Setting(
                        value = "Threads that read records from Postgres, each with a connection of the pool.",
                        byDefault = "4",
                        min = "1",
                        max = "256")
                int fetchThreads,
        @Setting(
                        value = "The most that one fetch returns, whatever the client asks for.",
                        byDefault = "55MiB",
                        min = "1KiB",
                        max = "1GiB")
                int fetchMaxBytes,
        @Setting(
                        value = "How long the broker remembers an idempotent producer that has fallen silent.",
                        byDefault = "1d",
                        min = "1ms",
                        max = "365d")
                Duration producerIdExpiration) {

    public LogSettings {
        if (appendGroupBytes > appendQueueBytes) {
            throw new ConfigException(
                    "log.append_group_bytes = %d is greater than log.append_queue_bytes = %d, the queue that it is taken from; raise the second or lower the first"
                            .formatted(appendGroupBytes, appendQueueBytes));
        }
    }
}
