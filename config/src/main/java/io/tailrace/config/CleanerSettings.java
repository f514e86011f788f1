package io.tailrace.config;

import java.time.Duration;

/** Section {@code [cleaner]}: how retention and compaction remove records. */
public record CleanerSettings(
        @Setting(
                        value =
                                "How often topics are searched for records that retention.ms or retention.bytes gives up. A topic whose settings change is looked at at once.",
                        byDefault = "5m",
                        min = "10ms",
                        max = "1d")
                Duration retentionCheckInterval,
        @Setting(
                        value = "How often compacted topics that were written to are looked at.",
                        byDefault = "15s",
                        min = "10ms",
                        max = "1d")
                Duration compactionCheckInterval,
        @Setting(
                        value = "Rows that one transaction of the cleaner deletes or reads at most.",
                        byDefault = "2000",
                        min = "1",
                        max = "100000")
                int stepRows,
        @Setting(
                        value =
                                "How much of the time the cleaner works, in percent; between its transactions it pauses for the rest, so that producers go first.",
                        byDefault = "20",
                        min = "1",
                        max = "100")
                int busyPercent,
        @Setting(
                        value =
                                "Memory for the keys of one compaction, 24 bytes each. A partition with more keys than fit is compacted in several rounds.",
                        byDefault = "32MiB",
                        min = "1KiB",
                        max = "1GiB")
                int dedupeBufferBytes,
        @Setting(
                        value =
                                "Whether records wait for each forwarder that is registered in kafka.forwarders before retention and compaction remove them. With false they do not, and what a forwarder that is behind has not sent yet is lost for its target.",
                        byDefault = "true")
                boolean waitForForwarders) {}
