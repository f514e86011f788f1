package io.tailrace.forwarder;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.ForwarderMetricsSettings;
import io.tailrace.config.GroupSyncSettings;
import io.tailrace.config.MigrationConfig;
import io.tailrace.config.PostgresConfig;
import io.tailrace.config.ReplicationConfig;
import io.tailrace.config.Secret;
import io.tailrace.config.ShadowSettings;
import io.tailrace.config.TargetConfig;
import io.tailrace.config.VerificationConfig;
import io.tailrace.local.PostgresAddress;
import java.time.Duration;
import java.util.Map;

/** Configurations for tests: the defaults, but quick. */
final class TestConfig {
    /** Every topic is forwarded, with all its settings. */
    static final ShadowSettings EVERYTHING = new ShadowSettings("*", "", "");

    static final MigrationConfig NO_MIGRATION = new MigrationConfig("", "");

    static final ForwarderMetricsSettings NO_METRICS = new ForwarderMetricsSettings("127.0.0.1", 0);

    static final GroupSyncSettings GROUPS = new GroupSyncSettings(true, Duration.ofMillis(200));

    private TestConfig() {}

    static ForwarderConfig forwarder(PostgresAddress postgres, String bootstrapServers, String slot) {
        return new ForwarderConfig(
                postgres(postgres),
                target(bootstrapServers, Map.of()),
                EVERYTHING,
                replication(slot, 64L << 20),
                verification(false),
                NO_MIGRATION,
                NO_METRICS,
                GROUPS);
    }

    static PostgresConfig postgres(PostgresAddress address) {
        return new PostgresConfig(
                address.host(),
                address.port(),
                address.database(),
                address.user(),
                new Secret(address.password()),
                "prefer",
                null,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                8);
    }

    static TargetConfig target(String bootstrapServers, Map<String, String> producer) {
        return new TargetConfig(
                bootstrapServers,
                "PLAINTEXT",
                "",
                "",
                Secret.NONE,
                null,
                Secret.NONE,
                null,
                Secret.NONE,
                Secret.NONE,
                -1,
                producer);
    }

    static ReplicationConfig replication(String slot, long maxInFlightBytes) {
        return replication(slot, maxInFlightBytes, Duration.ofMinutes(1), 0);
    }

    static ReplicationConfig replication(
            String slot, long maxInFlightBytes, Duration streamTimeout, long retainedWalDropBytes) {
        return new ReplicationConfig(
                slot,
                "tailrace",
                1,
                64L << 20,
                maxInFlightBytes,
                64 << 20,
                Duration.ofMillis(200),
                500,
                Duration.ofMillis(500),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                streamTimeout,
                0,
                retainedWalDropBytes,
                "stop",
                "");
    }

    /** The same, but refused records are set aside. */
    static ForwarderConfig deadLetters(ForwarderConfig config, String topic) {
        return replication(config, config.replication().engines(), "dead-letter", topic);
    }

    /** The same, but with so many engines. */
    static ForwarderConfig engines(ForwarderConfig config, int engines) {
        return replication(
                config,
                engines,
                config.replication().onError(),
                config.replication().deadLetterTopic());
    }

    private static ForwarderConfig replication(
            ForwarderConfig config, int engines, String onError, String deadLetterTopic) {
        ReplicationConfig r = config.replication();
        return new ForwarderConfig(
                config.postgres(),
                config.kafka(),
                config.shadow(),
                new ReplicationConfig(
                        r.slot(),
                        r.publication(),
                        engines,
                        r.maxQueueBytes(),
                        r.maxInFlightBytes(),
                        r.maxUncompressedBatchBytes(),
                        r.checkpointInterval(),
                        r.catchUpFetchRows(),
                        r.topicRefreshInterval(),
                        r.restartBackoff(),
                        r.restartBackoffMax(),
                        r.streamTimeout(),
                        r.retainedWalWarnBytes(),
                        r.retainedWalDropBytes(),
                        onError,
                        deadLetterTopic),
                config.verification(),
                config.migration(),
                config.metrics(),
                config.groupSync());
    }

    static VerificationConfig verification(boolean enabled) {
        return new VerificationConfig(enabled, 100_000, 64L << 20, Duration.ofMillis(100), Duration.ofMillis(500));
    }
}
