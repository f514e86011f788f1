package io.tailrace.config;

/**
 * Everything that {@code tailrace tables} can be told, in the layout of pg-replicate-kafka's configuration. Immutable;
 * filled by {@link TablesConfigLoader}.
 */
public record TablesConfig(
        @Setting("The Postgres whose tables are streamed.") TableSourceConfig postgres,
        @Setting("The Kafka that gets their changes.") TableTargetConfig kafka,
        @Setting("How the stream is followed.") TableReplicationConfig replication,
        @Setting("What is logged.") LoggingConfig logging) {}
