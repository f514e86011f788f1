package io.tailrace.config;

/** Section {@code [topics]}: what a topic is like unless it says otherwise. */
public record TopicDefaults(
        @Setting(
                        value =
                                "Whether a topic is created when a client first asks for it (clients can also refuse this on their side).",
                        byDefault = "true")
                boolean autoCreate,
        @Setting(
                        value = "Partitions of a topic that is created without a number.",
                        byDefault = "1",
                        min = "1",
                        max = "100000")
                int defaultPartitions,
        @Setting(
                        value =
                                "The largest record batch, after compression. A topic's own max.message.bytes goes first.",
                        byDefault = "1048588",
                        min = "1",
                        max = "1GiB")
                int maxMessageBytes,
        @Setting(
                        value = "The largest number of partitions that one topic may have.",
                        byDefault = "1000",
                        min = "1",
                        max = "100000")
                int maxPartitions,
        @Setting(
                        value =
                                "Which time a record carries: CreateTime, the producer's, or LogAppendTime, the broker's. A topic's own message.timestamp.type goes first.",
                        byDefault = "CreateTime",
                        oneOf = {"CreateTime", "LogAppendTime"})
                String messageTimestampType,
        @Setting(
                        value =
                                "How new records are stored: records, a row for each, whose key, value and headers SQL can read; or batches, a row for each record batch as its producer compressed it, several times faster and smaller. A topic's own storage.format goes first.",
                        byDefault = "records",
                        oneOf = {"records", "batches"})
                String storageFormat) {

    public TopicDefaults {
        if (defaultPartitions > maxPartitions) {
            throw new ConfigException(
                    "topics.default_partitions = %d is greater than topics.max_partitions = %d; raise the second or lower the first"
                            .formatted(defaultPartitions, maxPartitions));
        }
    }
}
