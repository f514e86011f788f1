package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.reverse.ClientReturn;
import io.tailrace.forwarder.reverse.ReturnSettings;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.FreePorts;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A return of the clients that is interrupted between its two halves: they are served here again, and the broker has not got the
 * offsets of their groups yet. The real Kafka plays the broker as well.
 */
final class ClientReturnIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final AtomicInteger SLOTS = new AtomicInteger();

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final String slot = "client_return_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log = new SourceLog(database);
    private final String topic = KAFKA.freshTopicName();
    private final TopicPartition partition = new TopicPartition(topic, 0);
    private final ForwarderConfig config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), slot);
    private final List<String> journal = new ArrayList<>();
    private Forwarder forwarder;
    private Admin admin;

    @BeforeEach
    void moveAndReturnWithoutABroker() throws Exception {
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        admin = Admin.create(clients());
        log.execute("UPDATE kafka.cluster SET cluster_id = '"
                + admin.describeCluster().clusterId().get() + "'");
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 10);
        forwarder = Forwarder.start(config);
        await().atMost(SOON).until(() -> "10".equals(log.query("SELECT next_offset FROM kafka.forwarder_positions")));
        move();
        produceThere();
        admin.alterConsumerGroupOffsets(topic, Map.of(partition, new OffsetAndMetadata(15)))
                .all()
                .get();
        assertThat(run("127.0.0.1:" + FreePorts.next())).isFalse();
    }

    @AfterEach
    void close() {
        admin.close();
        forwarder.close();
        await().atMost(SOON).until(() -> "0"
                .equals(log.query(
                        "SELECT count(*) FROM pg_replication_slots WHERE active AND slot_name = '" + slot + "'")));
        log.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + slot
                + "'");
        log.close();
    }

    private static Map<String, Object> clients() {
        return KAFKA.server().clientProperties(KafkaListener.PLAINTEXT);
    }

    private void move() {
        await().atMost(SOON).until(() -> "1".equals(log.query("SELECT count(*) FROM kafka.target_metadata")));
        log.execute("SELECT kafka.mark_moved(kafka.fence(60), '" + slot + "')");
    }

    /** Ten records, and in front of them the mark of a transaction: offsets there are greater by one. */
    private void produceThere() throws Exception {
        Map<String, Object> settings = new HashMap<>(clients());
        settings.put("transactional.id", topic);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(record(10)).get();
            producer.commitTransaction();
            producer.beginTransaction();
            for (int offset = 11; offset < 20; offset++) {
                producer.send(record(offset)).get();
            }
            producer.commitTransaction();
        }
    }

    private ProducerRecord<byte[], byte[]> record(int offset) {
        return new ProducerRecord<>(topic, 0, null, Integer.toString(offset).getBytes(StandardCharsets.US_ASCII));
    }

    private boolean run(String broker) throws Exception {
        try (Connection connection = database.connect()) {
            ReturnSettings settings = new ReturnSettings(broker, Duration.ofSeconds(15), Duration.ofSeconds(1));
            return new ClientReturn(config, connection, settings, journal::add).run();
        }
    }

    private long committed() throws Exception {
        return Objects.requireNonNull(admin.listConsumerGroupOffsets(topic)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(partition))
                .offset();
    }

    @Test
    void shouldGoOnWithTheGroups() throws Exception {
        // Given
        assertThat(log.query("SELECT state FROM kafka.migration")).isEqualTo("none");
        assertThat(log.query("SELECT committed_offset FROM kafka.returning_offsets"))
                .isEqualTo("14");
        assertThat(journal).last().asString().contains("run this again");

        // When
        boolean complete = run(KAFKA.bootstrapServers());

        // Then
        assertThat(complete).as(journal.toString()).isTrue();
        assertThat(committed()).isEqualTo(14);
        assertThat(log.query("SELECT count(*) FROM kafka.returning_offsets")).isEqualTo("0");
        assertThat(log.query("SELECT count(*) FROM kafka.messages")).isEqualTo("20");
        try (Connection connection = database.connect()) {
            assertThat(ClientReturn.isUnfinished(config, connection)).isFalse();
        }
    }

    @Test
    void shouldNotSetAGroupBackThatHasCommittedHereSince() throws Exception {
        // Given
        log.execute(
                """
                INSERT INTO kafka.consumer_offsets (record_digest, record_offset, group_id, topic, topic_id, partition_id,
                                                    committed_offset, metadata, commit_timestamp)
                SELECT '\\x01', 1, '%1$s', '%1$s', id, 0, 17, '', now() FROM kafka.topics"""
                        .formatted(topic));

        // When
        boolean complete = run(KAFKA.bootstrapServers());

        // Then
        assertThat(complete).as(journal.toString()).isTrue();
        assertThat(journal).anyMatch(line -> line.contains("has committed offset 17") && line.contains("stays there"));
        assertThat(committed()).isGreaterThanOrEqualTo(15);
        assertThat(log.query("SELECT count(*) FROM kafka.returning_offsets")).isEqualTo("0");
    }
}
