package io.tailrace.config;

import java.time.Duration;

/** Section {@code [replication]}: the replication slot, and the forwarder's queues and times. */
public record ReplicationConfig(
        @Setting(
                        value =
                                "The replication slot, and the name under which positions are stored. Each forwarder of one Postgres needs its own.",
                        byDefault = "tailrace_forwarder",
                        required = true)
                String slot,
        @Setting(value = "The publication to follow; the broker creates it.", byDefault = "tailrace", required = true)
                String publication,
        @Setting(
                        value =
                                "How many engines read the replication stream, where one is a core short: each has a slot and a publication of its own (<slot>_1_of_2, …), with every so many-th topic. Postgres decodes its log once for each.",
                        byDefault = "1",
                        min = "1",
                        max = "16")
                int engines,
        @Setting(
                        value =
                                "Memory for rows that were read from Postgres and wait to be sent, of all engines together: Debezium's max.queue.size.in.bytes.",
                        byDefault = "64MiB",
                        min = "1MiB",
                        max = "1024GiB")
                long maxQueueBytes,
        @Setting(
                        value = "Memory for records that were sent and wait for the target's acknowledgement.",
                        byDefault = "64MiB",
                        min = "1MiB",
                        max = "1024GiB")
                long maxInFlightBytes,
        @Setting(
                        value =
                                "The most that a record batch (storage.format = batches) may grow to when its compression is taken off: not less than the broker's log.max_uncompressed_batch_bytes. Nothing is forwarded beyond a larger one.",
                        byDefault = "64MiB",
                        min = "1KiB",
                        max = "1GiB")
                int maxUncompressedBatchBytes,
        @Setting(value = "How often the position is saved.", byDefault = "500ms", min = "10ms", max = "1h")
                Duration checkpointInterval,
        @Setting(
                        value =
                                "Records read at a time while catching up from the table, and those of the batch that makes them so many.",
                        byDefault = "2000",
                        min = "1",
                        max = "1000000")
                int catchUpFetchRows,
        @Setting(
                        value =
                                "How soon a new topic appears on the target, and how soon a change of kafka.topic_shadow_config takes effect.",
                        byDefault = "2s",
                        min = "10ms",
                        max = "1h")
                Duration topicRefreshInterval,
        @Setting(
                        value =
                                "How long to wait before the first new attempt after a failure; each further one waits twice as long.",
                        byDefault = "1s",
                        min = "1ms",
                        max = "1h")
                Duration restartBackoff,
        @Setting(value = "The longest wait between attempts.", byDefault = "30s", min = "1ms", max = "1d")
                Duration restartBackoffMax,
        @Setting(
                        value =
                                "How long the replication stream may bring nothing, though there is something to read, before it is replaced by a new one.",
                        byDefault = "1m",
                        min = "1s",
                        max = "1d")
                Duration streamTimeout,
        @Setting(
                        value =
                                "How much write-ahead log Postgres may keep because of the slot before the forwarder warns. 0: it never does.",
                        byDefault = "1GiB",
                        min = "0",
                        max = "1048576GiB")
                long retainedWalWarnBytes,
        @Setting(
                        value =
                                "How much write-ahead log Postgres may keep because of the slot before the forwarder drops it, so that the disk does not fill while the target is away. What follows is then read from the table, so nothing is lost, but for what the table does not keep: topics that are deleted meanwhile. 0: it never drops it.",
                        byDefault = "0",
                        min = "0",
                        max = "1048576GiB")
                long retainedWalDropBytes,
        @Setting(
                        value =
                                "What becomes of a record that the target refuses (too large, not allowed). stop: nothing more of its partition is sent until it passes. dead-letter: it is set aside in the table kafka.refused_records and in the dead-letter topic, and the partition goes on without it.",
                        byDefault = "stop",
                        oneOf = {"stop", "dead-letter"})
                String onError,
        @Setting(
                        value =
                                "The topic of the target that takes refused records, if it takes them; made where it is missing. Nothing else may be written to it from here. Empty: the table alone.",
                        byDefault = "tailrace-dead-letters")
                String deadLetterTopic) {

    private static final String DEAD_LETTER = "dead-letter";
    /** The length of the names of slots in Postgres. */
    private static final int MAX_NAME = 63;
    /** As in "_16_of_16". */
    private static final int SHARE_SUFFIX = 9;

    public ReplicationConfig {
        if (!deadLetterTopic.matches("[a-zA-Z0-9._-]{0,249}")) {
            throw new ConfigException(
                    "replication.dead_letter_topic = \"%s\" is not a name for a topic; allowed are up to 249 letters, digits, dots, underscores and hyphens"
                            .formatted(deadLetterTopic));
        }
        // The names that Postgres allows: CREATE_REPLICATION_SLOT in its manual.
        if (!slot.matches("[a-z0-9_]{1,63}")) {
            throw new ConfigException(
                    "replication.slot = \"%s\" is not a name for a replication slot; allowed are up to 63 lower-case letters, digits and underscores"
                            .formatted(slot));
        }
        if (engines > 1 && slot.length() + SHARE_SUFFIX > MAX_NAME) {
            throw new ConfigException(
                    "replication.slot = \"%s\" is too long for replication.engines = %d, whose slots have names that are up to %d characters longer; shorten it to %d"
                            .formatted(slot, engines, SHARE_SUFFIX, MAX_NAME - SHARE_SUFFIX));
        }
        if (restartBackoff.compareTo(restartBackoffMax) > 0) {
            throw new ConfigException(
                    "replication.restart_backoff is longer than replication.restart_backoff_max; raise the second or lower the first");
        }
        if (retainedWalDropBytes > 0 && retainedWalDropBytes < retainedWalWarnBytes) {
            throw new ConfigException(
                    "replication.retained_wal_drop_bytes = %d is less than replication.retained_wal_warn_bytes = %d, so the slot would be dropped without a warning; raise the first or lower the second"
                            .formatted(retainedWalDropBytes, retainedWalWarnBytes));
        }
    }

    /** Whether refused records are set aside instead of stopping their partition. */
    public boolean setsAside() {
        return onError.equals(DEAD_LETTER);
    }
}
