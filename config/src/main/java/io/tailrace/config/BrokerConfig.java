package io.tailrace.config;

import java.util.Map;

/** Everything that the broker can be told. Immutable; filled by {@link ConfigLoader}. */
public record BrokerConfig(
        @Setting("The address that Kafka clients connect to, and what one client may take up.") ListenerConfig broker,
        @Setting("What topics are like unless they say otherwise.") TopicDefaults topics,
        @Setting("How records are written to Postgres and read back.") LogSettings log,
        @Setting("How retention and compaction remove records.") CleanerSettings cleaner,
        @Setting("Consumer groups.") GroupSettings groups,
        @Setting("How records that SQL produces reach the log.") OutboxSettings outbox,
        @Setting("What bounds transactions.") TransactionSettings transactions,
        @Setting("Metrics for a monitoring system.") MetricsSettings metrics,
        @Setting("The Postgres that holds everything.") PostgresConfig postgres) {

    public BrokerConfig {
        if (topics.maxMessageBytes() > broker.maxFrameBytes()) {
            throw new ConfigException(
                    "topics.max_message_bytes = %d is greater than broker.max_frame_bytes = %d, the largest request; raise the second or lower the first"
                            .formatted(topics.maxMessageBytes(), broker.maxFrameBytes()));
        }
    }

    /** The configuration of a broker that is told nothing. */
    public static BrokerConfig defaults() {
        return ConfigLoader.load(BrokerConfig.class, null, Map.of());
    }
}
