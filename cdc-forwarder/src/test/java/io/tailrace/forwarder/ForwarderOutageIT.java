package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresOptions;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a forwarder goes through without a restart: Postgres or the target away, the slot dropped. */
final class ForwarderOutageIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static LocalPostgres postgres;
    private static LocalKafka kafka;
    private static int tests;

    private final String slot = "outage_" + ++tests;
    private final String topic = "outage-" + tests;
    private SourceLog log;
    private TargetReader target;
    private ForwarderConfig config;

    @BeforeAll
    static void startServers() {
        // A forwarder that only waits for the target must not lose its connection to wal_sender_timeout.
        postgres = LocalPostgres.start(PostgresOptions.temporary().withSetting("wal_sender_timeout", "6s"));
        kafka = LocalKafka.start();
        Migrations.migrate(SourceSession.dataSource(TestConfig.postgres(postgres.address())));
    }

    @AfterAll
    static void stopServers() {
        kafka.close();
        postgres.close();
    }

    @BeforeEach
    void open() {
        log = new SourceLog(postgres.address());
        target = new TargetReader(kafka.clientProperties(KafkaListener.PLAINTEXT));
        config = new ForwarderConfig(
                TestConfig.postgres(postgres.address()),
                TestConfig.target(kafka.bootstrapServers(), java.util.Map.of()),
                TestConfig.EVERYTHING,
                TestConfig.replication(slot, 1L << 20),
                TestConfig.verification(false),
                TestConfig.NO_MIGRATION,
                TestConfig.NO_METRICS,
                TestConfig.GROUPS);
    }

    @AfterEach
    void close() {
        target.close();
        log.close();
    }

    private void awaitStreaming() {
        await().atMost(SOON).until(this::isStreaming);
    }

    private boolean isStreaming() {
        return "1"
                .equals(log.query(
                        "SELECT count(*) FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE slot_name = '"
                                + slot + "'"));
    }

    private void awaitRecords(long count) {
        await().atMost(SOON).until(() -> target.end(topic, 0) >= count);
    }

    @Test
    void shouldGoOnAfterARestartOfPostgres() {
        // Given
        int id = log.createTopic(topic, 1);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitStreaming();
            log.append(id, 0, 1_000);

            // When
            postgres.restart();
            log.close();
            log.append(id, 0, 1_000);
            awaitRecords(2_000);
            postgres.killAndRestart();
            log.close();
            log.append(id, 0, 1_000);
            awaitRecords(3_000);

            // Then
            assertThat(forwarder.stats().restarts()).isGreaterThanOrEqualTo(2);
        }
        target.assertExactly(topic, 0, 3_000);
    }

    /** Away for longer than the admin client waits for an answer. */
    @Test
    void shouldHoldBackAndRepeatNothingWhenTheTargetIsKilled() throws InterruptedException {
        // Given
        int id = log.createTopic(topic, 1);
        int idOfNew;
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitStreaming();
            log.append(id, 0, 1_000);
            awaitRecords(1_000);

            // When
            log.append(id, 0, 1_000);
            kafka.kill();
            idOfNew = log.createTopic(topic + "-new", 1);
            for (int i = 0; i < 40; i++) {
                log.append(id, 0, 1_000);
                log.append(idOfNew, 0, 10);
            }
            Thread.sleep(17_000);
            assertThat(isStreaming()).isTrue();
            kafka.startAgain();
            awaitRecords(42_000);
            await().atMost(SOON).until(() -> target.end(topic + "-new", 0) >= 400);

            // Then
            assertThat(forwarder.stats().restarts()).isZero();
        }
        target.assertExactly(topic, 0, 42_000);
        target.assertExactly(topic + "-new", 0, 400);
    }

    @Test
    void shouldKeepItsProducerWhenPostgresRestartsWhileTheTargetIsAway() throws InterruptedException {
        // Given
        int id = log.createTopic(topic, 1);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitStreaming();
            log.append(id, 0, 1_000);
            awaitRecords(1_000);

            // When
            log.append(id, 0, 5_000);
            kafka.kill();
            postgres.killAndRestart();
            log.close();
            log.append(id, 0, 1_000);
            await().atMost(SOON).until(() -> forwarder.stats().restarts() > 0);
            Thread.sleep(3_000);
            kafka.startAgain();
            awaitRecords(7_000);
        }

        // Then
        target.assertExactly(topic, 0, 7_000);
    }

    @Test
    void shouldReadFromTheTableWhatADroppedSlotMissed() {
        // Given
        int id = log.createTopic(topic, 1);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitStreaming();
            log.append(id, 0, 1_000);
            awaitRecords(1_000);

            // When
            String drop =
                    "DO $$ BEGIN PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'SLOT';"
                            + " FOR i IN 1..200 LOOP BEGIN PERFORM pg_drop_replication_slot('SLOT'); EXIT;"
                            + " EXCEPTION WHEN object_in_use THEN PERFORM pg_sleep(0.01); END; END LOOP; END $$";
            log.execute(drop.replace("SLOT", slot));
            log.append(id, 0, 1_000);
            awaitRecords(2_000);
            awaitStreaming();
            log.append(id, 0, 1_000);
            awaitRecords(3_000);

            // Then
            assertThat(forwarder.stats().restarts()).isPositive();
        }
        target.assertExactly(topic, 0, 3_000);
    }

    @Test
    void shouldReadFromTheTableWhatALostSlotMissed() throws SQLException {
        // Given
        int id = log.createTopic(topic, 1);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitStreaming();
            log.append(id, 0, 1_000);
            awaitRecords(1_000);
            assertThat(forwarder.stats().restarts()).isZero();
        }

        // When
        log.append(id, 0, 1_000);
        try (Connection superuser = postgres.superuser("tailrace").connect();
                Statement statement = superuser.createStatement()) {
            statement.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
            statement.execute("SELECT pg_reload_conf()");
            await().atMost(SOON).until(() -> {
                statement.execute("SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000))");
                statement.execute("SELECT pg_switch_wal()");
                statement.execute("CHECKPOINT");
                return "lost"
                        .equals(log.query(
                                "SELECT wal_status FROM pg_replication_slots WHERE slot_name = '" + slot + "'"));
            });
            statement.execute("ALTER SYSTEM RESET max_slot_wal_keep_size");
            statement.execute("SELECT pg_reload_conf()");
        }
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitStreaming();
            log.append(id, 0, 1_000);
            awaitRecords(3_000);
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, 3_000);
    }
}
