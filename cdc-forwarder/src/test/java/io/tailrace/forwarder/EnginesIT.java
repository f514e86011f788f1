package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A forwarder with several engines, each of which reads a part of the topics. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class EnginesIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final AtomicInteger SLOTS = new AtomicInteger();
    private static final long PRODUCER = 1L << 40;
    private static final int TOPICS = 4;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final String slot = "engines_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log;
    private final String topic = KAFKA.freshTopicName();
    private final List<Integer> ids = new ArrayList<>();
    private TargetReader target;
    private ForwarderConfig config;

    EnginesIT(SourceLog.Shape shape) {
        log = new SourceLog(database, shape);
    }

    @BeforeEach
    void open() {
        config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), slot);
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        for (int i = 0; i < TOPICS; i++) {
            ids.add(log.createTopic(topic(i), 1));
        }
    }

    @AfterEach
    void close() {
        target.close();
        String ours = "FROM pg_replication_slots WHERE starts_with(slot_name, '" + slot + "')";
        await().atMost(SOON).until(() -> "f".equals(log.query("SELECT coalesce(bool_or(active), false) " + ours)));
        log.execute("SELECT pg_drop_replication_slot(slot_name) " + ours);
        log.close();
    }

    private String topic(int number) {
        return topic + "-" + number;
    }

    private Forwarder start(int engines) {
        return Forwarder.start(TestConfig.engines(config, engines));
    }

    private void appendToAll(int records) {
        ids.forEach(id -> log.append(id, 0, records));
    }

    private void awaitAll(long records) {
        for (int i = 0; i < TOPICS; i++) {
            String name = topic(i);
            await().atMost(SOON).until(() -> target.end(name, 0) >= records);
        }
    }

    private void assertAllExactly(int records) {
        for (int i = 0; i < TOPICS; i++) {
            target.assertExactly(topic(i), 0, records);
        }
    }

    private void awaitStreaming(int engines) {
        String streaming =
                "SELECT count(*) FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE starts_with(slot_name, '"
                        + slot + "')";
        await().atMost(SOON).until(() -> Integer.toString(engines).equals(log.query(streaming)));
    }

    private String slots() {
        return Objects.requireNonNull(log.query(
                "SELECT string_agg(slot_name, ' ' ORDER BY slot_name) FROM pg_replication_slots WHERE starts_with(slot_name, '"
                        + slot + "')"));
    }

    @Test
    void shouldReadEachTopicByOneEngineOnly() {
        try (Forwarder forwarder = start(2)) {
            // Given
            awaitStreaming(2);

            // When
            for (int i = 0; i < 20; i++) {
                appendToAll(50);
            }
            awaitAll(1_000);

            // Then
            assertThat(slots()).isEqualTo(slot + "_1_of_2 " + slot + "_2_of_2");
            assertThat(forwarder.stats().skipped()).isZero();
            assertThat(forwarder.stats().gapsFilled()).isZero();
            assertThat(forwarder.stats().restarts()).isZero();
        }
        assertAllExactly(1_000);
    }

    @Test
    void shouldForwardTransactionsThatSeveralEnginesRead() {
        try (Forwarder forwarder = start(3)) {
            // Given
            awaitStreaming(3);
            ids.forEach(id -> log.appendPending(id, 0, 5, PRODUCER));
            appendToAll(2);

            // When
            log.commit(PRODUCER);
            awaitAll(7);
            ids.forEach(id -> log.appendPending(id, 0, 5, PRODUCER + 1));
            appendToAll(1);
            log.abort(PRODUCER + 1);
            awaitAll(8);

            // Then
            assertThat(forwarder.stats().restarts()).isZero();
        }
        assertThat(target.offsets(topic(0), 0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 12L);
        assertThat(target.offsets(topic(3), 0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 12L);
    }

    @Test
    void shouldLoseAndRepeatNothingWhereTheNumberOfEnginesChanges() {
        // When
        int records = 0;
        for (int engines : new int[] {1, 2, 3, 1, 2}) {
            appendToAll(300);
            try (Forwarder forwarder = start(engines)) {
                awaitStreaming(engines);
                appendToAll(200);
                records += 500;
                awaitAll(records);
                assertThat(forwarder.stats().repeated()).isZero();
            }
        }

        // Then
        assertAllExactly(records);
        assertThat(slots()).isEqualTo(slot + "_1_of_2 " + slot + "_2_of_2");
    }

    @Test
    void shouldLoseNothingWhenTheConnectionOfOneEngineIsKilled() throws InterruptedException {
        // Given
        int kills = 6;
        Random random = new Random(12);

        // When
        try (Forwarder forwarder = start(2);
                SourceLog killer = new SourceLog(database)) {
            for (int i = 0; i < kills; i++) {
                awaitStreaming(2);
                appendToAll(1_000);
                Thread.sleep(random.nextInt(120));
                killer.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                        + slot + "_" + (1 + i % 2) + "_of_2'");
                appendToAll(1_000);
                int restarts = i + 1;
                await().atMost(SOON).until(() -> forwarder.stats().restarts() >= restarts);
            }
            awaitAll(kills * 2_000L);
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        assertAllExactly(kills * 2_000);
    }

    @Test
    void shouldKeepPublicationsAsTheyAreUnlessTheyDiffer() {
        // Given
        String rows = "SELECT string_agg(xmin::text, ',' ORDER BY oid) FROM pg_publication_rel";
        try (Forwarder forwarder = start(2)) {
            awaitStreaming(2);
            assertThat(forwarder.stats().restarts()).isZero();
        }
        String made = log.query(rows);

        // When
        try (Forwarder forwarder = start(2)) {
            awaitStreaming(2);
            assertThat(forwarder.stats().restarts()).isZero();
        }
        String afterASecondStart = log.query(rows);
        log.execute("ALTER PUBLICATION tailrace_1_of_2 DROP TABLE kafka.transaction_markers");
        try (Forwarder forwarder = start(2)) {
            awaitStreaming(2);
            assertThat(forwarder.stats().restarts()).isZero();
        }

        // Then
        assertThat(afterASecondStart).isEqualTo(made);
        assertThat(log.query("SELECT count(*) FROM pg_publication_tables WHERE starts_with(pubname, 'tailrace_')"))
                .isEqualTo("4");
    }

    @Test
    void shouldMoveEverySlotOnWhereOnlyOneTopicIsWrittenTo() {
        try (Forwarder forwarder = start(2)) {
            // Given
            awaitStreaming(2);

            // When
            for (int i = 0; i < 20; i++) {
                log.append(ids.get(0), 0, 500);
            }
            String written = Objects.requireNonNull(log.query("SELECT pg_current_wal_lsn()"));

            // Then
            await().atMost(SOON).until(() -> "t"
                    .equals(log.query("SELECT bool_and(confirmed_flush_lsn > '" + written
                            + "') FROM pg_replication_slots WHERE starts_with(slot_name, '" + slot + "')")));
            assertThat(forwarder.stats().restarts()).isZero();
        }
        target.assertExactly(topic(0), 0, 10_000);
    }
}
