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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a Postgres and a Kafka that stay up; the replication connection does not. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class ForwarderIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final AtomicInteger SLOTS = new AtomicInteger();

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final String slot = "forwarder_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log;
    private final String topic = KAFKA.freshTopicName();
    private TargetReader target;
    private ForwarderConfig config;

    ForwarderIT(SourceLog.Shape shape) {
        log = new SourceLog(database, shape);
    }

    @BeforeEach
    void open() {
        config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), slot);
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
    }

    @AfterEach
    void close() {
        target.close();
        log.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '" + slot
                + "' AND active");
        await().atMost(SOON).until(() -> "f"
                .equals(log.query(
                        "SELECT coalesce(bool_or(active), false) FROM pg_replication_slots WHERE slot_name = '" + slot
                                + "'")));
        log.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + slot
                + "'");
        log.close();
    }

    private void awaitStreaming() {
        await().atMost(SOON).until(() -> "1"
                .equals(log.query(
                        "SELECT count(*) FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid WHERE slot_name = '"
                                + slot + "'")));
    }

    private String walPosition() {
        return Objects.requireNonNull(log.query("SELECT pg_current_wal_lsn()"));
    }

    /** Whether Postgres may forget everything up to a position. */
    private boolean isConfirmedBeyond(String position) {
        return "t"
                .equals(log.query("SELECT confirmed_flush_lsn > '" + position
                        + "' FROM pg_replication_slots WHERE slot_name = '" + slot + "'"));
    }

    private void awaitRecords(int partition, long count) {
        await().atMost(SOON).until(() -> target.end(topic, partition) >= count);
    }

    @Test
    void shouldForwardWhatWasThereBeforeAndWhatFollows() {
        // Given
        int id = log.createTopic(topic, 2);
        log.append(id, 0, 1_234);
        log.append(id, 1, 10);

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitRecords(0, 1_234);
            String before = "";
            for (int i = 0; i < 20; i++) {
                before = walPosition();
                log.append(id, 0, 50);
                log.append(id, 1, 7);
            }
            awaitRecords(0, 2_234);
            awaitRecords(1, 150);
            String last = before;
            await().atMost(SOON).until(() -> isConfirmedBeyond(last));
            assertThat(forwarder.stats().gapsFilled()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, 2_234);
        target.assertExactly(topic, 1, 150);
    }

    @Test
    void shouldKeepKeyValueHeadersAndTimestamp() {
        // Given
        int id = log.createTopic(topic, 3);
        String headers =
                """
                [{"key": "a", "value": "1"}, {"key": "b", "value": null}, {"key": "a", "base64": "AP8="}, {"key_base64": "AA==", "value": ""}]""";

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            log.append(id, 2, null, new byte[] {0, -1}, headers, 42, 0);
            log.append(id, 2, new byte[0], null, null, 0, 8);
            log.append(id, 2, new byte[] {1}, new byte[0], "[]", 4_000_000_000_000L, 0);
            awaitRecords(2, 3);
            assertThat(forwarder.stats().restarts()).isZero();
        }

        // Then
        var records = target.read(topic, 2);
        assertThat(records).extracting(ConsumerRecord::timestamp).containsExactly(42L, 0L, 4_000_000_000_000L);
        assertThat(records.get(0).key()).isNull();
        assertThat(records.get(0).value()).containsExactly(0, -1);
        assertThat(records.get(0).headers().toArray()).extracting(Header::key).containsExactly("a", "b", "a", "\0");
        assertThat(records.get(0).headers().toArray()[0].value()).containsExactly('1');
        assertThat(records.get(0).headers().toArray()[1].value()).isNull();
        assertThat(records.get(0).headers().toArray()[2].value()).containsExactly(0, -1);
        assertThat(records.get(0).headers().toArray()[3].value()).isEmpty();
        assertThat(records.get(1).key()).isEmpty();
        assertThat(records.get(1).value()).isNull();
        assertThat(records.get(2).value()).isEmpty();
    }

    @Test
    void shouldRepeatNothingAfterACleanStop() {
        // Given
        int id = log.createTopic(topic, 1);

        // When
        for (int run = 0; run < 3; run++) {
            try (Forwarder forwarder = Forwarder.start(config)) {
                log.append(id, 0, 500);
                int run1 = run;
                await().atMost(SOON).until(() -> target.end(topic, 0) >= run1 * 1_000L + 500);
                assertThat(forwarder.stats().repeated()).isZero();
            }
            log.append(id, 0, 500);
        }
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitRecords(0, 3_000);
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, 3_000);
    }

    @Test
    void shouldLoseNothingWhenTheReplicationConnectionIsKilledInTheMiddleOfACopy() throws InterruptedException {
        // Given
        int id = log.createTopic(topic, 1);
        int kills = 6;
        int records = kills * 6_000;
        Random random = new Random(11);

        // When
        try (Forwarder forwarder = Forwarder.start(config);
                SourceLog killer = new SourceLog(database)) {
            for (int i = 0; i < kills; i++) {
                awaitStreaming();
                log.append(id, 0, 3_000);
                Thread.sleep(random.nextInt(120));
                killer.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                        + slot + "'");
                log.append(id, 0, 3_000);
                int restarts = i + 1;
                await().atMost(SOON).until(() -> forwarder.stats().restarts() >= restarts);
            }
            awaitRecords(0, records);
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, records);
    }

    @Test
    void shouldStopAtARefusedRecordAndGoOnWhenItPasses() throws Exception {
        // Given
        int id = log.createTopic(topic, 2, "{\"max.message.bytes\": \"2000\"}");
        byte[] large = new byte[5_000];
        new Random(3).nextBytes(large);

        // When
        try (Forwarder forwarder = Forwarder.start(config);
                Admin admin = Admin.create(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT))) {
            log.append(id, 0, 10);
            awaitRecords(0, 10);
            String before = walPosition();
            log.append(id, 0, null, large, null, System.currentTimeMillis(), 0);
            Thread.sleep(500);
            log.append(id, 0, 10);
            log.append(id, 1, 10);
            awaitRecords(1, 10);
            Thread.sleep(1_500);
            assertThat(isConfirmedBeyond(before)).isFalse();
            long whileRefused = target.end(topic, 0);
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            AlterConfigOp raise =
                    new AlterConfigOp(new ConfigEntry("max.message.bytes", "20000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(raise)))
                    .all()
                    .get();
            awaitRecords(0, 21);

            // Then
            assertThat(whileRefused).isEqualTo(10);
            assertThat(forwarder.stats().restarts()).isZero();
            await().atMost(SOON).until(() -> isConfirmedBeyond(before));
        }
        assertThat(target.read(topic, 0)).hasSize(21);
        assertThat(target.read(topic, 0).get(10).value()).isEqualTo(large);
    }

    @Test
    void shouldMakeTopicsWithoutRecordsAndThoseThatComeLater() {
        // Given
        log.createTopic(topic, 3);

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            await().atMost(SOON).until(() -> target.partitions(topic) == 3);
            awaitStreaming();
            log.createTopic(topic + "-late", 2);
            await().atMost(SOON).until(() -> target.partitions(topic + "-late") == 2);
            assertThat(forwarder.stats().restarts()).isZero();
        }
    }

    @Test
    void shouldForwardRecordsOfADeletedTopicThatAreStillInTheWal() {
        // Given
        int id = log.createTopic(topic, 1);
        try (Forwarder forwarder = Forwarder.start(config)) {
            log.append(id, 0, 100);
            awaitRecords(0, 100);
            assertThat(forwarder.stats().restarts()).isZero();
        }

        // When
        log.append(id, 0, 100);
        log.execute("UPDATE kafka.topics SET deleted_at = now() WHERE id = " + id);
        log.execute("ALTER TABLE kafka.messages DETACH PARTITION kafka.messages_" + id);
        log.execute("DROP TABLE kafka.messages_" + id);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitRecords(0, 200);
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, 200);
    }

    @Test
    void shouldWaitForAnotherForwarderOfTheSameSlotToEnd() throws InterruptedException {
        // Given
        int id = log.createTopic(topic, 1);

        // When
        Forwarder first = Forwarder.start(config);
        awaitStreaming();
        try (Forwarder second = Forwarder.start(config)) {
            try (first) {
                log.append(id, 0, 100);
                awaitRecords(0, 100);
                Thread.sleep(1_000);
                assertThat(second.stats().forwarded()).isZero();
            }
            log.append(id, 0, 100);
            awaitRecords(0, 200);
            await().atMost(SOON).until(() -> second.stats().forwarded() == 100);
        }

        // Then
        target.assertExactly(topic, 0, 200);
    }
}
