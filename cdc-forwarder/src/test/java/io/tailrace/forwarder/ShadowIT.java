package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.ShadowSettings;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which topics are forwarded and how, changed while the forwarder runs. */
final class ShadowIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final AtomicInteger SLOTS = new AtomicInteger();

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final String slot = "shadow_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log = new SourceLog(database);
    private final String topic = KAFKA.freshTopicName();
    private TargetReader target;
    private Admin admin;

    @BeforeEach
    void open() {
        Migrations.migrate(SourceSession.dataSource(TestConfig.postgres(database)));
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        admin = Admin.create(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
    }

    @AfterEach
    void close() {
        admin.close();
        target.close();
        await().atMost(SOON).until(() -> "f"
                .equals(log.query(
                        "SELECT coalesce(bool_or(active), false) FROM pg_replication_slots WHERE slot_name = '" + slot
                                + "'")));
        log.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + slot
                + "'");
        log.close();
    }

    private ForwarderConfig config(String exclude, String excludeSettings) {
        return new ForwarderConfig(
                TestConfig.postgres(database),
                TestConfig.target(KAFKA.bootstrapServers(), Map.of()),
                new ShadowSettings("*", exclude, excludeSettings),
                TestConfig.replication(slot, 64L << 20),
                TestConfig.verification(false),
                TestConfig.NO_MIGRATION,
                TestConfig.NO_METRICS,
                TestConfig.GROUPS);
    }

    private Forwarder start() {
        return Forwarder.start(config("", ""));
    }

    private void shadow(String columns, String values) {
        log.execute("DELETE FROM kafka.topic_shadow_config WHERE topic = '" + topic + "'");
        log.execute("INSERT INTO kafka.topic_shadow_config (topic, " + columns + ") VALUES ('" + topic + "', " + values
                + ")");
    }

    private void awaitRecords(String name, int partition, long count) {
        await().atMost(SOON).until(() -> target.end(name, partition) >= count);
    }

    /** A column of what the forwarder makes of the topic. */
    private String state(String column) {
        return Objects.requireNonNull(log.query("SELECT f." + column
                + " FROM kafka.forwarder_topics f JOIN kafka.topics t ON t.id = f.topic_id WHERE t.name = '" + topic
                + "'"));
    }

    @Test
    void shouldLeaveOutWhatIsExcludedUntilItIsEnabledAndThenCatchUpWhole() {
        // Given
        int id = log.createTopic(topic, 2);
        int other = log.createTopic(topic + "-other", 1);
        log.append(id, 0, 700);

        // When
        try (Forwarder forwarder = Forwarder.start(config(topic, ""))) {
            log.append(other, 0, 10);
            log.append(id, 1, 1_300);
            log.appendPending(id, 1, 50, 9);
            awaitRecords(topic + "-other", 0, 10);
            await().atMost(SOON).until(() -> state("reason").equals("in shadow.exclude"));
            assertThat(target.partitions(topic)).isZero();
            shadow("enabled", "true");
            awaitRecords(topic, 0, 700);
            awaitRecords(topic, 1, 1_300);
            log.append(id, 0, 30);
            log.commit(9);
            log.append(id, 1, 30);
            awaitRecords(topic, 0, 730);
            awaitRecords(topic, 1, 1_380);
            await().atMost(SOON).until(() -> state("reason").equals("null"));
            assertThat(forwarder.stats().restarts()).isZero();
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, 730);
        target.assertExactly(topic, 1, 1_380);
    }

    @Test
    void shouldKeepThePositionWhileATopicIsDisabled() {
        // Given
        int id = log.createTopic(topic, 1);

        // When
        try (Forwarder forwarder = start()) {
            log.append(id, 0, 100);
            awaitRecords(topic, 0, 100);
            shadow("enabled", "false");
            await().atMost(SOON).until(() -> state("partitions").equals("{}"));
            log.append(id, 0, 100);
            log.createTopic(topic + "-later", 1);
            await().atMost(SOON).until(() -> target.partitions(topic + "-later") == 1);
            long whileDisabled = target.end(topic, 0);
            shadow("enabled", "true");
            awaitRecords(topic, 0, 200);
            log.append(id, 0, 100);
            awaitRecords(topic, 0, 300);

            // Then
            assertThat(whileDisabled).isEqualTo(100);
            assertThat(forwarder.stats().repeated()).isZero();
        }
        target.assertExactly(topic, 0, 300);
    }

    @Test
    void shouldAddPartitionsWhenTheDialIsRaisedUnderLoad() throws Exception {
        // Given
        int partitions = 8;
        int id = log.createTopic(topic, partitions);
        shadow("percentage", "50");
        AtomicBoolean loading = new AtomicBoolean(true);
        int[] appended = new int[partitions];

        // When
        try (Forwarder forwarder = start();
                SourceLog load = new SourceLog(database)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                for (int round = 0; loading.get(); round++) {
                    load.append(id, round % partitions, 200);
                    appended[round % partitions] += 200;
                }
            });
            List<Integer> half = List.of();
            while (half.isEmpty() || target.end(topic, half.get(0)) < 1_000) {
                half = forwarded(partitions);
            }
            shadow("percentage", "100");
            await().atMost(SOON)
                    .until(() -> IntStream.range(0, partitions).allMatch(p -> target.end(topic, p) > 1_000));
            loading.set(false);
            writer.get();
            for (int partition = 0; partition < partitions; partition++) {
                awaitRecords(topic, partition, appended[partition]);
            }

            // Then
            assertThat(half).hasSizeBetween(2, 6);
            assertThat(forwarded(partitions)).hasSize(partitions);
            assertThat(forwarder.stats().repeated()).isZero();
            assertThat(forwarder.stats().restarts()).isZero();
        }
        for (int partition = 0; partition < partitions; partition++) {
            target.assertExactly(topic, partition, appended[partition]);
        }
    }

    private List<Integer> forwarded(int partitions) {
        String numbers = state("partitions").replaceAll("[{}]", "");
        return IntStream.range(0, partitions)
                .filter(partition -> List.of(numbers.split(",", -1)).contains(Integer.toString(partition)))
                .boxed()
                .toList();
    }

    @Test
    void shouldForwardUnderAnotherNameAndStartAnewAtTheNext() {
        // Given
        int id = log.createTopic(topic, 1);
        shadow("target_name", "'" + topic + ".a'");

        // When
        try (Forwarder forwarder = start()) {
            log.append(id, 0, 100);
            awaitRecords(topic + ".a", 0, 100);
            shadow("target_name", "'" + topic + ".b'");
            awaitRecords(topic + ".b", 0, 100);
            log.append(id, 0, 50);
            awaitRecords(topic + ".b", 0, 150);
            await().atMost(SOON).until(() -> state("target_name").equals(topic + ".b"));
            assertThat(forwarder.stats().restarts()).isZero();
        }
        log.append(id, 0, 50);
        try (Forwarder forwarder = start()) {
            awaitRecords(topic + ".b", 0, 200);
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic + ".a", 0, 100);
        target.assertExactly(topic + ".b", 0, 200);
        assertThat(target.partitions(topic)).isZero();
        assertThat(log.query(
                        "SELECT source_offset || ',' || target_offset FROM kafka.forwarder_offset_map WHERE topic_id = "
                                + id))
                .isEqualTo("0,0");
    }

    @Test
    void shouldStartAnewAtAnotherTopicUnderLoad() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        AtomicBoolean loading = new AtomicBoolean(true);
        AtomicInteger appended = new AtomicInteger();

        // When
        try (Forwarder forwarder = start();
                SourceLog load = new SourceLog(database)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                while (loading.get()) {
                    load.append(id, 0, 100);
                    appended.addAndGet(100);
                }
            });
            awaitRecords(topic, 0, 2_000);
            shadow("target_name", "'" + topic + ".b'");
            awaitRecords(topic + ".b", 0, 4_000);
            loading.set(false);
            writer.get();
            awaitRecords(topic + ".b", 0, appended.get());
            assertThat(forwarder.stats().restarts()).isZero();
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, (int) target.end(topic, 0));
        target.assertExactly(topic + ".b", 0, appended.get());
    }

    @Test
    void shouldGoOnCatchingUpAfterARestart() {
        // Given
        int id = log.createTopic(topic, 1);
        for (int i = 0; i < 20; i++) {
            log.append(id, 0, 2_000);
        }
        shadow("enabled", "false");

        // When
        try (Forwarder forwarder = start()) {
            await().atMost(SOON).until(() -> state("reason").startsWith("disabled"));
            shadow("enabled", "true");
            awaitRecords(topic, 0, 1);
            assertThat(forwarder.stats().restarts()).isZero();
        }
        log.append(id, 0, 10);
        try (Forwarder forwarder = start()) {
            awaitRecords(topic, 0, 40_010);
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        target.assertExactly(topic, 0, 40_010);
    }

    @Test
    void shouldNotShareATopicOfTheTarget() {
        // Given
        int id = log.createTopic(topic, 1);
        int other = log.createTopic(topic + "-other", 1);
        log.append(other, 0, 10);

        // When
        try (Forwarder forwarder = start()) {
            awaitRecords(topic + "-other", 0, 10);
            shadow("target_name", "'" + topic + "-other'");
            await().atMost(SOON).until(() -> state("reason").contains("belongs to " + topic + "-other"));
            log.append(id, 0, 10);
            log.append(other, 0, 10);
            awaitRecords(topic + "-other", 0, 20);
            assertThat(forwarder.stats().restarts()).isZero();
        }

        // Then
        target.assertExactly(topic + "-other", 0, 20);
    }

    @Test
    void shouldGrowWithTheSource() {
        // Given
        int id = log.createTopic(topic, 2);

        // When
        try (Forwarder forwarder = start()) {
            log.append(id, 1, 10);
            awaitRecords(topic, 1, 10);
            log.execute(
                    "INSERT INTO kafka.partitions (topic_id, partition_id) VALUES (" + id + ", 2), (" + id + ", 3)");
            log.execute("UPDATE kafka.topics SET partitions = 4 WHERE id = " + id);
            log.append(id, 3, 10);
            awaitRecords(topic, 3, 10);
            assertThat(forwarder.stats().restarts()).isZero();
        }

        // Then
        assertThat(target.partitions(topic)).isEqualTo(4);
        target.assertExactly(topic, 3, 10);
    }

    @Test
    void shouldLetSettingsFollowThatTheTargetKnowsAndNobodyExcludes() throws Exception {
        // Given
        int id = log.createTopic(
                topic, 1, "{\"retention.ms\": \"7200000\", \"tailrace.only\": \"x\", \"segment.ms\": \"60000\"}");

        // When
        try (Forwarder forwarder = Forwarder.start(config("", "segment.*"))) {
            log.append(id, 0, 10);
            awaitRecords(topic, 0, 10);
            String created = setting("retention.ms");
            log.execute(
                    "UPDATE kafka.topics SET config = '{\"max.message.bytes\": \"3000\", \"segment.ms\": \"60000\"}' WHERE id = "
                            + id);
            await().atMost(SOON).until(() -> setting("max.message.bytes").equals("3000"));

            // Then
            assertThat(created).isEqualTo("7200000");
            assertThat(setting("retention.ms")).isEqualTo("604800000");
            assertThat(setting("segment.ms")).isEqualTo("604800000");
            assertThat(setting("message.timestamp.before.max.ms")).isEqualTo(Long.toString(Long.MAX_VALUE));
            await().atMost(SOON).until(() -> state("settings").equals("{\"max.message.bytes\": \"3000\"}"));
            assertThat(forwarder.stats().restarts()).isZero();
        }
    }

    private String setting(String name) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = Objects.requireNonNull(
                admin.describeConfigs(List.of(resource)).all().get().get(resource));
        ConfigEntry entry = Objects.requireNonNull(config.get(name));
        return String.valueOf(entry.value());
    }

    @Test
    void shouldForwardASampleAndSaySo() {
        // Given
        int id = log.createTopic(topic, 1);
        shadow("sample_percentage", "20");
        log.append(id, 0, 1_000);

        // When
        try (Forwarder forwarder = start()) {
            await().atMost(SOON).until(() -> nextOffset(id) == 1_000);
            log.append(id, 0, 1_000);
            await().atMost(SOON).until(() -> nextOffset(id) == 2_000);
            assertThat(forwarder.stats().repeated()).isZero();
            shadow("sample_percentage", "100");
            log.createTopic(topic + "-later", 1);
            await().atMost(SOON).until(() -> target.partitions(topic + "-later") == 1);
        }

        // Then
        List<Long> offsets = target.offsets(topic, 0);
        assertThat(offsets).hasSizeBetween(300, 500).isSorted().doesNotHaveDuplicates();
        assertThat(state("sample_percentage")).isEqualTo("20");
    }

    private long nextOffset(int topicId) {
        String offset = Objects.requireNonNull(
                log.query("SELECT next_offset FROM kafka.forwarder_positions WHERE topic_id = " + topicId));
        return offset.isEmpty() ? -1 : Long.parseLong(offset);
    }
}
