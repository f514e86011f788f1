package io.tailrace.config;

import java.util.Map;

/** Everything that the forwarder can be told. Immutable; filled by {@link ConfigLoader}. */
public record ForwarderConfig(
        @Setting("The Postgres that the broker writes to.") PostgresConfig postgres,
        @Setting("The Kafka to forward to.") TargetConfig kafka,
        @Setting("Which topics are forwarded, and what of their settings.") ShadowSettings shadow,
        @Setting("How the forwarder follows Postgres, and what it holds in memory.") ReplicationConfig replication,
        @Setting("Whether the target holds the same as the log.") VerificationConfig verification,
        @Setting("How clients will reach the target when they move there.") MigrationConfig migration,
        @Setting("Metrics for a monitoring system, and whether the forwarder does its work.")
                ForwarderMetricsSettings metrics,
        @Setting("Consumer groups, carried on to the target.") GroupSyncSettings groupSync) {

    /** The configuration of a forwarder that is told nothing. */
    public static ForwarderConfig defaults() {
        return ConfigLoader.load(ForwarderConfig.class, null, Map.of());
    }
}
