package io.tailrace.config;

/** Section {@code [replication]} of {@code tailrace tables}: how the stream is followed. */
public record TableReplicationConfig(
        @Setting(
                        value = "How many milliseconds to sleep when Postgres has nothing new.",
                        byDefault = "100",
                        min = "1",
                        max = "60000")
                int pollIntervalMs,
        @Setting(
                        value = "How many seconds between two signs of life to Postgres.",
                        byDefault = "10",
                        min = "1",
                        max = "3600")
                int keepaliveIntervalSecs,
        @Setting(
                        value = "How many seconds between two checkpoints, and so of what a crash reads again.",
                        byDefault = "10",
                        min = "1",
                        max = "3600")
                int checkpointIntervalSecs,
        @Setting(
                        "The file that holds the checkpoint. Empty: it is kept in Postgres, in the table tailrace_tables.checkpoints.")
                String checkpointFile,
        @Setting(value = "Records that may be on their way.", byDefault = "1000", min = "1", max = "10000000")
                int maxBufferSize) {}
