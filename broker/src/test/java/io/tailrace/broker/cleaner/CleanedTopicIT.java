package io.tailrace.broker.cleaner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.broker.RunningBroker;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics that are cleaned while clients use them. */
class CleanedTopicIT {

    private static final TopicPartition PARTITION = new TopicPartition("table", 0);
    private static final int KEYS = 100;
    private static final int RECORDS = 30_000;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private PostgresAddress database;
    private RunningBroker broker;

    @BeforeEach
    void start() {
        database = POSTGRES.freshDatabase();
        broker = new RunningBroker(
                database,
                Map.of(
                        "TAILRACE_CLEANER_COMPACTION_CHECK_INTERVAL", "100ms",
                        "TAILRACE_CLEANER_RETENTION_CHECK_INTERVAL", "100ms"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void createTopic(Map<String, String> config) throws Exception {
        try (Admin admin = broker.admin()) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1).configs(config)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private Map<String, String> produce() throws Exception {
        List<Future<?>> sent = new ArrayList<>();
        Map<String, String> latest = new HashMap<>();
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("linger.ms", 1))) {
            for (int i = 0; i < RECORDS; i++) {
                String key = "k" + i * 7919L % KEYS;
                latest.put(key, Integer.toString(i));
                sent.add(producer.send(new ProducerRecord<>(PARTITION.topic(), 0, key, Integer.toString(i))));
            }
        }
        for (Future<?> one : sent) {
            one.get();
        }
        return latest;
    }

    /** What a table holds that is made from the topic, read from its start to its end as it is now. */
    private Map<String, String> readTable() {
        Map<String, String> table = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (consumer.position(PARTITION) < end && System.nanoTime() < deadlineNs) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> table.put(record.key(), record.value()));
            }
            assertThat(consumer.position(PARTITION)).isGreaterThanOrEqualTo(end);
        }
        return table;
    }

    private int countVisible() {
        int count = 0;
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            while (consumer.position(PARTITION) < RECORDS) {
                count += consumer.poll(Duration.ofMillis(100)).count();
            }
        }
        return count;
    }

    private long rows() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM kafka.messages")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void shouldCompactWhileClientsProduceAndRead() throws Exception {
        // Given
        createTopic(Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01"));

        // When
        Map<String, String> latest = produce();
        Map<String, String> meanwhile = readTable();

        // Then
        assertThat(meanwhile).isEqualTo(latest);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(rows()).isEqualTo(KEYS));
        assertThat(readTable()).isEqualTo(latest);
        assertThat(countVisible()).isEqualTo(KEYS);
    }

    @Test
    void shouldFollowRetentionThatIsAlteredWhileItRuns() throws Exception {
        // Given
        createTopic(Map.of());
        produce();

        // When
        try (Admin admin = broker.admin()) {
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, PARTITION.topic());
            AlterConfigOp op = new AlterConfigOp(new ConfigEntry("retention.ms", "1"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(op))).all().get(20, TimeUnit.SECONDS);
        }

        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(rows()).isZero());
        try (KafkaConsumer<String, String> consumer = broker.consumer(Map.of())) {
            assertThat(consumer.beginningOffsets(List.of(PARTITION))).containsEntry(PARTITION, (long) RECORDS);
            assertThat(consumer.endOffsets(List.of(PARTITION))).containsEntry(PARTITION, (long) RECORDS);
        }
    }
}
