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
                        value = "A Postgres transaction takes no further record batch once its rows are so large.",
                        byDefault = "16MiB",
                        min = "1KiB",
                        max = "1GiB")
                int appendGroupBytes,
        @Setting(
                        value =
                                "A record batch that is larger than this without its compression is refused, so that a small one cannot fill the memory.",
                        byDefault = "64MiB",
                        min = "1KiB",
                        max = "1GiB")
                int maxUncompressedBatchBytes,
        @Setting(
                        value =
                                "A record that could not be written in this time is answered with an error after which clients try again.",
                        byDefault = "30s",
                        min = "1ms",
                        max = "1h")
                Duration appendTimeout,
        @Setting(
                        value = "Threads that read records from Postgres, each with a connection of its own.",
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
                        value =
                                "Memory for the newest records of all partitions: consumers that are caught up get them from there, without a query. 0: none are kept.",
                        byDefault = "64MiB",
                        min = "0",
                        max = "64GiB")
                long recentBytes,
        @Setting(
                        value =
                                "Incremental fetch sessions: consumers that name their partitions once. When all are taken, further consumers name all their partitions in each fetch.",
                        byDefault = "1000",
                        min = "0",
                        max = "1000000")
                int fetchSessions,
        @Setting(
                        value = "How long the broker remembers an idempotent producer that has fallen silent.",
                        byDefault = "1d",
                        min = "1ms",
                        max = "365d")
                Duration producerIdExpiration) {}
