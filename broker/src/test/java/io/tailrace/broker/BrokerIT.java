package io.tailrace.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole broker with Kafka's Java client; the end-to-end tests go further. */
class BrokerIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private PostgresAddress database;
    private Broker broker;

    @BeforeEach
    void startBroker() {
        database = POSTGRES.freshDatabase();
        broker = Broker.start(config());
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    private BrokerConfig config() {
        return ConfigLoader.load(
                BrokerConfig.class,
                null,
                Map.of(
                        "TAILRACE_BROKER_PORT", "0",
                        "TAILRACE_POSTGRES_HOST", database.host(),
                        "TAILRACE_POSTGRES_PORT", Integer.toString(database.port()),
                        "TAILRACE_POSTGRES_DATABASE", database.database(),
                        "TAILRACE_POSTGRES_USER", database.user(),
                        "TAILRACE_POSTGRES_PASSWORD", database.password()));
    }

    private Map<String, Object> clientConfig(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", "127.0.0.1:" + broker.port());
        return config;
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        return new KafkaProducer<>(clientConfig(more), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private List<ConsumerRecord<byte[], byte[]>> consume(String topic, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(clientConfig(Map.of()), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (records.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void shouldReturnWhatWasProduced(String compression) throws Exception {
        // Given
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("compression.type", compression))) {
            // When
            for (int i = 0; i < 1000; i++) {
                RecordHeaders headers = new RecordHeaders();
                headers.add("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
                headers.add("n", new byte[] {0, (byte) 0xff});
                sent.add(producer.send(
                        new ProducerRecord<>("greetings", 0, 1000L + i, bytes("k" + i), bytes("v" + i), headers)));
            }
        }

        // Then
        List<ConsumerRecord<byte[], byte[]>> received = consume("greetings", 1000);
        assertThat(received).hasSize(1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(sent.get(i).get().offset()).isEqualTo(i);
            assertThat(received.get(i).offset()).isEqualTo(i);
            assertThat(received.get(i).timestamp()).isEqualTo(1000L + i);
            assertThat(received.get(i).value()).isEqualTo(bytes("v" + i));
            assertThat(received.get(i).headers().toArray()).hasSize(2);
            assertThat(received.get(i).headers().toArray()[1].value()).isEqualTo(new byte[] {0, (byte) 0xff});
        }
    }

    @Test
    void shouldShowRecordsInSql() throws Exception {
        // Given
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>("orders", bytes("k"), bytes("v")))
                    .get();
        }

        // When
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT topic, \"offset\", kafka.utf8(key), kafka.utf8(value) FROM kafka.records")) {
            // Then
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("orders");
            assertThat(rows.getLong(2)).isZero();
            assertThat(rows.getString(3)).isEqualTo("k");
            assertThat(rows.getString(4)).isEqualTo("v");
        }
    }

    @Test
    void shouldShowRecordsOfTimesThatPostgresDoesNotKnow() throws Exception {
        // Given
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("retries", 0))) {
            producer.send(new ProducerRecord<>("orders", 0, 0L, bytes("k"), bytes("v")))
                    .get();
        }
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE kafka.messages SET timestamp_ms = -9000000000000000");

            // When
            try (ResultSet rows = statement.executeQuery("SELECT timestamp, timestamp_ms FROM kafka.records")) {
                // Then
                assertThat(rows.next()).isTrue();
                assertThat(rows.getObject(1)).isNull();
                assertThat(rows.getLong(2)).isEqualTo(-9000000000000000L);
            }
        }
    }

    @Test
    void shouldCommitToDiskWhateverTheDatabaseIsSetTo() throws Exception {
        // Given: a database that does without, and a table that takes no record from a connection that does
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>("orders", bytes("k"), bytes("1")))
                    .get();
        }
        broker.close();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + database.database() + " SET synchronous_commit = off");
            statement.execute("CREATE FUNCTION kafka.on_disk() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$ BEGIN ASSERT current_setting('synchronous_commit') = 'on'; RETURN new; END $$");
            statement.execute("CREATE TRIGGER on_disk BEFORE INSERT ON kafka.messages_1"
                    + " FOR EACH ROW EXECUTE FUNCTION kafka.on_disk()");
        }

        // When
        broker = Broker.start(config());
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("retries", 0, "enable.idempotence", false))) {
            producer.send(new ProducerRecord<>("orders", bytes("k"), bytes("2")))
                    .get();
        }

        // Then
        assertThat(consume("orders", 2)).hasSize(2);
    }

    @Test
    void shouldGoOnAfterARestart() throws Exception {
        // Given
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>("orders", bytes("k"), bytes("1")))
                    .get();
        }

        // When
        broker.close();
        broker = Broker.start(config());
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>("orders", bytes("k"), bytes("2")))
                    .get();
        }

        // Then
        assertThat(consume("orders", 2)).extracting(ConsumerRecord::offset).containsExactly(0L, 1L);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
