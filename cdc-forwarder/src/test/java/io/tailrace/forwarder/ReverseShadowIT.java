package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A moved cluster: what is produced on a real target comes back, and does not go there again. */
final class ReverseShadowIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SLOT = "reverse_it";
    private static final int KILLS = 3;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log = new SourceLog(database);
    private final String topic = KAFKA.freshTopicName();
    private final ForwarderConfig config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), SLOT);
    private TargetReader target;
    private KafkaProducer<byte[], byte[]> producer;
    private int id;

    @BeforeEach
    void open() {
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        producer = producer(Map.of());
        id = log.createTopic(topic, 2);
    }

    @AfterEach
    void close() {
        producer.close();
        target.close();
        await().atMost(SOON).until(() -> "0"
                .equals(log.query(
                        "SELECT count(*) FROM pg_replication_slots WHERE active AND slot_name = '" + SLOT + "'")));
        log.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + SLOT
                + "'");
        log.close();
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        settings.putAll(more);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The value of a record is its offset here, as in {@link SourceLog}. */
    private ProducerRecord<byte[], byte[]> record(int partition, long offset) {
        return new ProducerRecord<>(
                topic,
                partition,
                System.currentTimeMillis(),
                new byte[] {'k'},
                Long.toString(offset).getBytes(StandardCharsets.US_ASCII));
    }

    private void produce(int partition, long from, long to) {
        for (long offset = from; offset < to; offset++) {
            var unused = producer.send(record(partition, offset));
        }
        producer.flush();
    }

    private void awaitForwarded(int partition, long end) {
        await().atMost(SOON).until(() -> target.end(topic, partition) >= end);
    }

    private void move() {
        await().atMost(SOON).until(() -> "1".equals(log.query("SELECT count(*) FROM kafka.target_metadata")));
        String fence = log.query("SELECT kafka.fence(60)");
        awaitSaved();
        log.execute("SELECT kafka.mark_moved(" + fence + ", '" + SLOT + "')");
    }

    /** What is verified ends at the saved positions, which follow what arrives a moment later. */
    private void awaitSaved() {
        await().atMost(SOON).until(() -> "0"
                .equals(log.query("SELECT count(*) FROM kafka.partitions p LEFT JOIN kafka.forwarder_positions f"
                        + " USING (topic_id, partition_id) WHERE p.next_offset > coalesce(f.next_offset, 0)")));
    }

    private void awaitReturned(int partition, long end) {
        await().atMost(SOON).until(() -> Long.toString(end)
                .equals(log.query("SELECT next_offset FROM kafka.partitions WHERE topic_id = " + id
                        + " AND partition_id = " + partition)));
    }

    private List<Verdict> verify() throws Exception {
        try (Verification verification = Verification.open(config)) {
            return verification.run(topic::equals, true);
        }
    }

    /** Offsets here are dense, and each record is the one that its offset says. */
    private void assertWhole(int partition, long end) {
        String rows = " FROM kafka.messages_" + id + " WHERE partition_id = " + partition;
        assertThat(log.query("SELECT count(*) || ' ' || max(partition_offset)" + rows
                        + " AND convert_from(value, 'UTF8') = partition_offset::text AND key = 'k'"))
                .isEqualTo(end + " " + (end - 1));
        assertThat(log.query("SELECT count(*)" + rows)).isEqualTo(Long.toString(end));
    }

    @Test
    void shouldBringBackWhatIsProducedAtTheTargetAndForwardItNoMore() throws Exception {
        // Given
        log.append(id, 0, 50);
        log.execute("INSERT INTO kafka.producer_sequences VALUES (" + id + ", 0, 77, 0, 0, 49, 49, 50, 0), (" + id
                + ", 1, 77, 0, 0, 49, 49, 50, 0)");

        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitForwarded(0, 50);
            move();

            // When
            produce(0, 50, 1_050);
            awaitReturned(0, 1_050);
            long there = target.end(topic, 0);
            assertThat(log.query("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'"))
                    .as("slots kept while nothing is forwarded")
                    .isEqualTo("0");
            assertThat(log.query("SELECT string_agg(partition_id::text, ',') FROM kafka.producer_sequences"))
                    .isEqualTo("1");
            log.execute("SELECT kafka.mark_returned()");
            log.append(id, 0, 10);
            log.append(id, 1, 5);

            // Then
            awaitForwarded(0, 1_060);
            awaitForwarded(1, 5);
            assertThat(there).isEqualTo(1_050);
            target.assertExactly(topic, 0, 1_060);
            target.assertExactly(topic, 1, 5);
            assertWhole(0, 1_060);
            awaitSaved();
            assertThat(verify()).extracting(Verdict::state).containsOnly(Verdict.State.GREEN);
            assertThat(forwarder.stats().broughtBack()).isEqualTo(1_000);
            assertThat(forwarder.stats().repeated()).isZero();
            assertThat(log.query("SELECT count(*) FROM kafka.forwarder_positions WHERE shared"))
                    .isEqualTo("0");
        }
    }

    @Test
    void shouldBringBackTheBytesAsTheyAreAndOfTransactionsWhatIsCommitted() throws Exception {
        // Given
        log.append(id, 0, 3);
        try (Forwarder forwarder = Forwarder.start(config);
                KafkaProducer<byte[], byte[]> transactional = producer(Map.of("transactional.id", topic))) {
            awaitForwarded(0, 3);
            move();

            // When: each is awaited, for Kafka's client may send a commit ahead of its records, which Apache Kafka
            // refuses
            transactional.initTransactions();
            transactional.beginTransaction();
            transactional.send(record(0, 3)).get();
            transactional.commitTransaction();
            transactional.beginTransaction();
            transactional.send(record(0, 999)).get();
            transactional.abortTransaction();
            ProducerRecord<byte[], byte[]> special =
                    new ProducerRecord<>(topic, 0, 123_456_789_000L, (byte[]) null, (byte[]) null);
            special.headers().add("a", new byte[] {0, 1}).add("a", null).add("b", "ü".getBytes(StandardCharsets.UTF_8));
            producer.send(special).get();
            transactional.beginTransaction();
            transactional.send(record(0, 5)).get();
            transactional.commitTransaction();

            // Then
            awaitReturned(0, 6);
            assertThat(log.query("SELECT string_agg(coalesce(convert_from(value, 'UTF8'), 'null'), ' ' ORDER BY"
                            + " partition_offset) FROM kafka.messages_" + id))
                    .isEqualTo("0 1 2 3 null 5");
            assertThat(log.query("SELECT timestamp_ms || ' ' || headers || ' ' || (key IS NULL) || attributes FROM"
                            + " kafka.messages_" + id + " WHERE partition_offset = 4"))
                    .isEqualTo(
                            "123456789000 [{\"key\": \"a\", \"base64\": \"AAE=\"}, {\"key\": \"a\", \"value\": null},"
                                    + " {\"key\": \"b\", \"value\": \"ü\"}] true0");
            long end = target.end(topic, 0);
            await().atMost(SOON).until(() -> Long.toString(end)
                    .equals(log.query(
                            "SELECT target_next_offset FROM kafka.forwarder_positions" + " WHERE partition_id = 0")));
            log.execute("SELECT kafka.mark_returned()");
            log.append(id, 0, 4);
            awaitForwarded(0, end + 4);
            List<ConsumerRecord<byte[], byte[]>> read = target.read(topic, 0);
            assertThat(read.get(read.size() - 4).offset()).isEqualTo(end);
            assertThat(log.query("SELECT count(*) FROM kafka.forwarder_positions WHERE shared"))
                    .isEqualTo("0");
            assertThat(forwarder.stats().repeated()).isZero();
        }
    }

    @Test
    void shouldStayGreenWhateverBecomesOfTransactionsAtTheTarget() throws Exception {
        // Given
        log.append(id, 0, 3);
        try (Forwarder forwarder = Forwarder.start(config);
                KafkaProducer<byte[], byte[]> transactional = producer(Map.of("transactional.id", topic))) {
            awaitForwarded(0, 3);
            move();
            transactional.initTransactions();
            transactional.beginTransaction();
            transactional.send(record(0, 999)).get();
            transactional.abortTransaction();
            produce(0, 3, 5);
            transactional.beginTransaction();
            transactional.send(record(0, 5)).get();
            awaitReturned(0, 5);

            // When, then: one aborted, one open
            assertThat(verify()).extracting(Verdict::state).doesNotContain(Verdict.State.RED);
            transactional.commitTransaction();
            awaitReturned(0, 6);
            transactional.beginTransaction();
            transactional.send(record(0, 999)).get();
            transactional.abortTransaction();
            awaitAllReturned();
            assertThat(verify().get(0).state()).isEqualTo(Verdict.State.GREEN);
            assertThat(forwarder.stats().restarts()).isZero();

            // When, then: and behind them ours again
            log.execute("SELECT kafka.mark_returned()");
            log.append(id, 0, 4);
            await().atMost(SOON).until(() -> "10"
                    .equals(log.query("SELECT next_offset FROM kafka.forwarder_positions WHERE partition_id = 0")));
            assertThat(verify().get(0).state()).isEqualTo(Verdict.State.GREEN);
        }
    }

    /** With the mark of the last transaction, which the target writes a moment after its end. */
    private void awaitAllReturned() {
        await().atMost(SOON).until(() -> Long.toString(target.end(topic, 0))
                .equals(log.query("SELECT target_next_offset FROM kafka.forwarder_positions WHERE partition_id = 0")));
    }

    @Test
    void shouldStopWhereTheTargetHasLostRecordsAndSendThemThereAfterTheReturn() throws Exception {
        // Given
        log.append(id, 0, 10);
        log.append(id, 1, 1);
        try (Forwarder forwarder = Forwarder.start(config);
                Admin admin = Admin.create(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT))) {
            awaitForwarded(0, 10);
            awaitForwarded(1, 1);
            move();
            produce(0, 10, 30);
            awaitReturned(0, 30);

            // When
            admin.deleteTopics(List.of(topic)).all().get();
            await().atMost(SOON).until(() -> !admin.listTopics().names().get().contains(topic));
            await().atMost(SOON).ignoreExceptions().until(() -> {
                admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1)))
                        .all()
                        .get();
                return true;
            });
            await().atMost(SOON).until(() -> "2"
                    .equals(log.query("SELECT count(*) FROM kafka.left_at_target WHERE" + " target_topic = '" + topic
                            + "' AND reason LIKE 'the target has lost records%'")));

            // Then: nothing is removed here, and nothing is taken for something new
            assertWhole(0, 30);
            assertThat(log.query(
                            "SELECT string_agg(partition_id || ' ' || start_offset || ' ' || end_offset, ', ' ORDER BY"
                                    + " partition_id) FROM kafka.left_at_target WHERE target_topic = '" + topic + "'"))
                    .isEqualTo("0 30 30, 1 1 1");
            assertThat(forwarder.stats().restarts()).isZero();

            // When
            log.execute("SELECT kafka.mark_returned()");
            log.append(id, 0, 5);

            // Then
            awaitForwarded(0, 35);
            awaitForwarded(1, 1);
            target.assertExactly(topic, 0, 35);
            await().atMost(SOON).until(() -> "35 1"
                    .equals(log.query("SELECT string_agg(next_offset::text, ' ' ORDER BY partition_id) FROM"
                            + " kafka.forwarder_positions WHERE target_next_offset = next_offset")));
            assertThat(verify()).extracting(Verdict::state).containsOnly(Verdict.State.GREEN);
        }
    }

    @Test
    void shouldBringBackEachRecordOnceWhenKilled(@TempDir Path directory) throws Exception {
        // Given
        Path file = directory.resolve("forwarder.properties");
        Files.writeString(
                file,
                """
                postgres.host=%s
                postgres.port=%d
                postgres.database=%s
                postgres.user=%s
                postgres.password=%s
                kafka.bootstrap_servers=%s
                replication.slot=%s
                """
                        .formatted(
                                database.host(),
                                database.port(),
                                database.database(),
                                database.user(),
                                database.password(),
                                KAFKA.bootstrapServers(),
                                SLOT));
        Random random = new Random(11);
        long next = 100;
        log.append(id, 0, 100);

        // When
        try (ChildProcess forwarder = start(directory, file)) {
            awaitForwarded(0, 100);
            move();
            produce(0, next, ++next);
            awaitReturned(0, next);
            forwarder.kill();
        }
        for (int kill = 0; kill < KILLS; kill++) {
            try (ChildProcess forwarder = start(directory, file)) {
                produce(0, next, ++next);
                awaitReturned(0, next);
                produce(0, next, next + 30_000);
                next += 30_000;
                Thread.sleep(random.nextInt(400));
                forwarder.kill();
            }
        }
        try (ChildProcess forwarder = start(directory, file)) {
            awaitReturned(0, next);
            assertThat(target.end(topic, 0)).isEqualTo(next);
            log.execute("SELECT kafka.mark_returned()");
            log.append(id, 0, 100);
            awaitForwarded(0, next + 100);
            assertThat(forwarder.isAlive()).isTrue();
        }

        // Then
        assertWhole(0, next + 100);
        target.assertExactly(topic, 0, (int) next + 100);
        assertThat(verify()).extracting(Verdict::state).doesNotContain(Verdict.State.RED);
    }

    private static ChildProcess start(Path directory, Path file) {
        return ChildJvm.start(
                "forwarder",
                List.of("-Xmx256m"),
                ForwarderMain.class,
                List.of(file.toString()),
                directory.resolve("forwarder.log"));
    }

    @Test
    void shouldSayWhatDoesNotComeBack() throws Exception {
        // Given
        log.append(id, 0, 10);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitForwarded(0, 10);
            move();
            awaitMoved(forwarder);
        }
        String fresh = KAFKA.freshTopicName();
        produce(0, 10, 30);
        try (Admin admin = Admin.create(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT))) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(25)))
                    .all()
                    .get();
            admin.createTopics(List.of(new NewTopic(fresh, 1, (short) 1))).all().get();
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3)))
                    .all()
                    .get();
        }

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitReturned(0, 15);

            // Then
            assertThat(log.query("SELECT string_agg(convert_from(value, 'UTF8'), ' ' ORDER BY partition_offset)"
                            + " FROM kafka.messages_" + id + " WHERE partition_offset >= 10"))
                    .isEqualTo("25 26 27 28 29");
            assertThat(log.query("SELECT start_offset || ' ' || end_offset FROM kafka.left_at_target"
                            + " WHERE target_topic = '" + topic + "' AND partition_id = 0"))
                    .isEqualTo("10 25");
            assertThat(log.query("SELECT reason FROM kafka.left_at_target WHERE target_topic = '" + topic
                            + "' AND partition_id = 2"))
                    .isEqualTo("the topic has no such partition here");
            assertThat(log.query("SELECT reason FROM kafka.left_at_target WHERE target_topic = '" + fresh
                            + "' AND partition_id = -1"))
                    .isEqualTo("there is no such topic here");
            assertThat(forwarder.stats().leftAtTarget()).isGreaterThanOrEqualTo(2);
        }
    }

    private void awaitMoved(Forwarder forwarder) {
        await().atMost(SOON).until(() -> "0".equals(log.query("SELECT count(*) FROM pg_replication_slots")));
        assertThat(forwarder.stats().restarts()).isZero();
    }
}
