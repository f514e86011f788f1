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
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can happen to the slot while records are written: each once, in order, whatever it was. */
final class SlotIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** Its last records fall into the gap, and nothing follows that would show it. */
    private static final int QUIET = 1;

    private static LocalPostgres postgres;
    private static LocalKafka kafka;
    private static int tests;

    private final String slot = "slot_it_" + ++tests;
    private final String topic = "slot-it-" + tests;
    private SourceLog log;
    private TargetReader target;
    private int id;

    @BeforeAll
    static void startServers() {
        postgres = LocalPostgres.start(PostgresOptions.temporary());
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
        id = log.createTopic(topic, 2);
    }

    @AfterEach
    void close() {
        execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active");
        // The next test's forwarder has another name, and would begin with these.
        execute("UPDATE kafka.topics SET deleted_at = now()");
        target.close();
        log.close();
    }

    private ForwarderConfig config(Duration streamTimeout, long dropBytes) {
        return new ForwarderConfig(
                TestConfig.postgres(postgres.address()),
                TestConfig.target(kafka.bootstrapServers(), Map.of()),
                TestConfig.EVERYTHING,
                TestConfig.replication(slot, 1L << 20, streamTimeout, dropBytes),
                TestConfig.verification(false),
                TestConfig.NO_MIGRATION,
                TestConfig.NO_METRICS,
                TestConfig.GROUPS);
    }

    private Forwarder start() {
        return Forwarder.start(config(Duration.ofMinutes(1), 0));
    }

    private void awaitStreaming() {
        await().atMost(SOON).until(() -> !activePid().isEmpty());
    }

    private String activePid() {
        return Objects.requireNonNull(log.query(
                "SELECT active_pid FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE slot_name = '"
                        + slot + "'"));
    }

    private String slotColumn(String column) {
        return Objects.requireNonNull(
                log.query("SELECT " + column + " FROM pg_replication_slots WHERE slot_name = '" + slot + "'"));
    }

    private void execute(String sql) {
        try (Connection superuser = postgres.superuser("tailrace").connect();
                Statement statement = superuser.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Writes until it is closed. */
    private final class Load implements AutoCloseable {
        private final AtomicBoolean done = new AtomicBoolean();
        private final Thread thread = new Thread(this::run);
        private int records;

        Load() {
            thread.start();
        }

        private void run() {
            try (SourceLog writer = new SourceLog(postgres.address())) {
                while (!done.get()) {
                    writer.append(id, 0, 20);
                    records += 20;
                    Thread.sleep(10);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /** Ends it. @return how many records it has written */
        int end() {
            close();
            return records;
        }

        @Override
        public void close() {
            done.set(true);
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void assertAllArrive(int records, int quiet) {
        await().atMost(SOON)
                .until(() -> target.end(topic, 0) >= records && (quiet == 0 || target.end(topic, QUIET) >= quiet));
        target.assertExactly(topic, 0, records);
        if (quiet > 0) {
            target.assertExactly(topic, QUIET, quiet);
        }
    }

    private void dropSlot() {
        execute(
                """
                DO $$ BEGIN
                    FOR i IN 1..500 LOOP
                        PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'SLOT' AND active;
                        BEGIN
                            PERFORM pg_drop_replication_slot('SLOT');
                            EXIT;
                        EXCEPTION WHEN object_in_use THEN
                            PERFORM pg_sleep(0.01);
                        END;
                    END LOOP;
                END $$"""
                        .replace("SLOT", slot));
    }

    @Test
    void shouldLoseAndRepeatNothingWhenTheSlotIsDroppedUnderLoad() throws InterruptedException {
        int records;
        try (Forwarder forwarder = start();
                Load load = new Load()) {
            // Given
            awaitStreaming();
            Thread.sleep(500);

            // When
            for (int round = 1; round <= 3; round++) {
                dropSlot();
                log.append(id, QUIET, 10);
                int restarts = round;
                await().atMost(SOON).until(() -> forwarder.stats().restarts() >= restarts);
                awaitStreaming();
                Thread.sleep(300);
            }
            records = load.end();

            // Then
            assertAllArrive(records, 30);
            assertThat(forwarder.stats().repeated()).isZero();
            if (Integer.parseInt(log.query("SHOW server_version_num")) >= 170_000) {
                assertThat(slotColumn("failover")).isEqualTo("t");
            }
        }
    }

    @Test
    void shouldLoseAndRepeatNothingWhenTheSlotIsMadeAnewUnderLoad() throws InterruptedException {
        shouldLoseAndRepeatNothing(() -> {
            dropSlot();
            log.append(id, QUIET, 10);
            tryMakeSlot();
        });
    }

    /** Something is done to the slot three times, under load. */
    private void shouldLoseAndRepeatNothing(Runnable disturbance) throws InterruptedException {
        int records;
        try (Forwarder forwarder = start();
                Load load = new Load()) {
            // Given
            awaitStreaming();
            Thread.sleep(500);

            // When
            for (int round = 1; round <= 3; round++) {
                disturbance.run();
                int restarts = round;
                await().atMost(SOON).until(() -> forwarder.stats().restarts() >= restarts);
                awaitStreaming();
                Thread.sleep(300);
            }
            records = load.end();

            // Then
            assertAllArrive(records, 30);
            assertThat(forwarder.stats().repeated()).isZero();
        }
    }

    /** The forwarder may have been faster. */
    private void tryMakeSlot() {
        try {
            execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
        } catch (IllegalStateException exists) {
            assertThat(exists).hasMessageContaining("already exists");
        }
    }

    /** As somebody might who wants to get rid of what it keeps. */
    @Test
    void shouldReadFromTheTableWhatASlotThatWasMovedLeavesOut() throws InterruptedException {
        shouldLoseAndRepeatNothing(() -> {
            log.append(id, QUIET, 10);
            execute("SELECT pg_terminate_backend(" + activePid() + ")");
            tryMoveSlot();
        });
    }

    private void tryMoveSlot() {
        try {
            execute("SELECT pg_replication_slot_advance('" + slot + "', pg_current_wal_lsn())");
        } catch (IllegalStateException inUse) {
            assertThat(inUse).hasMessageContaining("is active");
        }
    }

    @Test
    void shouldReadFromTheTableWhatAnInvalidatedSlotMissed() throws InterruptedException {
        int records;
        try (Forwarder forwarder = start();
                Load load = new Load()) {
            // Given
            awaitStreaming();
            Thread.sleep(500);
            kafka.kill();

            // When
            execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
            execute("SELECT pg_reload_conf()");
            await().atMost(SOON).until(() -> {
                execute("SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000))");
                execute("SELECT pg_switch_wal()");
                execute("CHECKPOINT");
                return slotColumn("wal_status").equals("lost");
            });
            execute("ALTER SYSTEM RESET max_slot_wal_keep_size");
            execute("SELECT pg_reload_conf()");
            log.append(id, QUIET, 10);
            Thread.sleep(500);
            kafka.startAgain();
            await().atMost(SOON).until(() -> forwarder.stats().restarts() > 0);
            records = load.end();

            // Then
            assertAllArrive(records, 10);
            assertThat(forwarder.stats().repeated()).isZero();
            await().atMost(SOON).until(() -> slotColumn("wal_status").equals("reserved"));
        }
    }

    @Test
    void shouldDropASlotThatKeepsTooMuchAndGoOnFromTheTable() {
        int records;
        try (Forwarder forwarder = Forwarder.start(config(Duration.ofMinutes(1), 8L << 20));
                Load load = new Load()) {
            // Given
            awaitStreaming();
            kafka.kill();

            // When
            await().atMost(SOON).until(() -> {
                execute("SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000))");
                return forwarder.stats().droppedSlots() > 0;
            });
            log.append(id, QUIET, 10);
            assertThat(slotColumn("slot_name")).isEmpty();
            kafka.startAgain();
            awaitStreaming();
            records = load.end();

            // Then
            assertAllArrive(records, 10);
            assertThat(forwarder.stats().repeated()).isZero();
        }
    }

    @Test
    void shouldReplaceAStreamThatIsSilent() throws InterruptedException {
        int records;
        try (Forwarder forwarder = Forwarder.start(config(Duration.ofSeconds(3), 0));
                Load load = new Load()) {
            // Given
            awaitStreaming();
            Thread.sleep(1_000);
            long silent = forwarder.stats().silentStreams();

            // When
            String frozen = activePid();
            signal("STOP", frozen);
            await().atMost(SOON).until(() -> forwarder.stats().silentStreams() > silent);
            log.append(id, QUIET, 10);
            signal("CONT", frozen);
            await().atMost(SOON)
                    .until(() -> !activePid().isEmpty() && !activePid().equals(frozen));
            records = load.end();

            // Then
            assertThat(silent).isZero();
            assertAllArrive(records, 10);
            assertThat(forwarder.stats().repeated()).isZero();
        }
    }

    private static void signal(String name, String pid) {
        try {
            new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldMoveOnWhereOnlyOthersWrite() {
        // Given
        execute("CREATE TABLE other (value text)");
        try (Forwarder forwarder = start()) {
            log.append(id, 0, 10);
            awaitStreaming();
            String before = slotColumn("confirmed_flush_lsn");

            // When
            execute("INSERT INTO other SELECT repeat('x', 1000) FROM generate_series(1, 30000)");
            String written = log.query("SELECT pg_current_wal_lsn()");

            // Then
            await().atMost(SOON).until(() -> "t"
                    .equals(log.query("SELECT confirmed_flush_lsn >= '" + written + "' AND '" + before
                            + "' < '" + written + "' FROM pg_replication_slots WHERE slot_name = '" + slot
                            + "'")));
            assertThat(forwarder.stats().restarts()).isZero();
        } finally {
            execute("DROP TABLE other");
        }
    }
}
