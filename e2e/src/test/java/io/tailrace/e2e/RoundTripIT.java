package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.Kcat;
import io.tailrace.e2e.client.KcatText;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.HeaderField;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.RecordGenerator;
import io.tailrace.e2e.record.StoredRecord;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * 10,000 records of every kind, in 3 topics of 4 partitions, from Kafka's Java client with every codec and every kind of
 * acknowledgement and from kcat, are the same when read from the broker, from Postgres and from the target.
 */
class RoundTripIT {

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final KafkaExtension TARGET = new KafkaExtension();

    @RegisterExtension
    static final Programs PROGRAMS = new Programs();

    private static final int RECORDS = 10_000;
    private static final int KCAT_RECORDS = 960;
    private static final List<String> TOPICS = List.of("orders", "payments.v1", "audit_log-2");
    private static final List<TopicPartition> PARTITIONS = Clients.partitions(TOPICS, 4);
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final PartitionLogs SENT = new PartitionLogs();
    private static final Map<String, Integer> TOPIC_IDS = new HashMap<>();

    private static PostgresAddress database;
    private static BrokerProgram broker;

    @BeforeAll
    static void produceAndForward() throws Exception {
        database = DATABASES.fresh();
        broker = PROGRAMS.startBroker(database, Map.of());
        TOPICS.forEach(topic -> Clients.createTopic(broker.connection(), topic, 4));
        RecordGenerator generator = new RecordGenerator(Seed.of(RoundTripIT.class), 100 * 1024);
        List<Map<String, Object>> producers = producerSettings();
        int javaRecords = Kcat.isInstalled() ? RECORDS - KCAT_RECORDS : RECORDS;
        ForwarderProgram forwarder = PROGRAMS.forwarder(database, TARGET.server(), Map.of());
        for (int i = 0; i < producers.size(); i++) {
            if (i == producers.size() / 2) {
                forwarder.start();
            }
            int from = i * javaRecords / producers.size();
            int to = (i + 1) * javaRecords / producers.size();
            sendWithJava(generator, producers.get(i), from, to);
        }
        if (Kcat.isInstalled()) {
            sendWithKcat();
        }
        readTopicIds();
        assertThat(SENT.size()).isEqualTo(RECORDS);
    }

    private static List<Map<String, Object>> producerSettings() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (String codec : CODECS) {
            all.add(Map.of("compression.type", codec, "acks", "all", "enable.idempotence", true));
            for (String acks : List.of("all", "1", "0")) {
                all.add(Map.of("compression.type", codec, "acks", acks, "enable.idempotence", false));
            }
        }
        return all;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback hears of it.
    private static void sendWithJava(RecordGenerator generator, Map<String, Object> settings, int from, int to)
            throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("linger.ms", 20);
        // Without idempotence, one request at a time is what keeps the order.
        all.put("max.in.flight.requests.per.connection", 1);
        Queue<Exception> failures = new ConcurrentLinkedQueue<>();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker.connection(), all)) {
            for (int i = from; i < to; i++) {
                TopicPartition partition = PARTITIONS.get(i % PARTITIONS.size());
                var record = generator.next(partition);
                SENT.add(partition, LogRecord.of(record));
                producer.send(record, (metadata, failure) -> Optional.ofNullable(failure)
                        .ifPresent(failures::add));
            }
        }
        assertThat(failures).as("refused with %s", settings).isEmpty();
        // With acks=0 the producer does not know when its records are there; the next one must not overtake them.
        await("records " + from + " to " + to)
                .atMost(Duration.ofSeconds(30))
                .until(() -> LogReader.endOffsets(broker.connection(), PARTITIONS).values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        == to);
    }

    /** kcat gives its records the time of the machine: what the broker stored counts as sent. */
    private static void sendWithKcat() {
        Kcat kcat = new Kcat(PROGRAMS.directory(), broker.bootstrapServers());
        int each = KCAT_RECORDS / PARTITIONS.size();
        Map<TopicPartition, List<LogRecord>> expected = new HashMap<>();
        for (int i = 0; i < PARTITIONS.size(); i++) {
            TopicPartition partition = PARTITIONS.get(i);
            List<LogRecord> records = KcatText.records(partition, each);
            String[] arguments = KcatText.producerArguments(partition, CODECS.get(i % CODECS.size()));
            kcat.run(KcatText.producerInput(records), arguments);
            expected.put(partition, records);
        }
        Map<TopicPartition, List<StoredRecord>> stored = LogReader.read(broker.connection(), PARTITIONS);
        expected.forEach(
                (partition, records) -> addAsStored(partition, records, stored.getOrDefault(partition, List.of())));
    }

    private static void addAsStored(TopicPartition partition, List<LogRecord> records, List<StoredRecord> stored) {
        List<StoredRecord> last = stored.subList(stored.size() - records.size(), stored.size());
        for (int i = 0; i < records.size(); i++) {
            SENT.add(
                    partition,
                    records.get(i).withTimestamp(last.get(i).content().timestamp()));
        }
    }

    private static void readTopicIds() throws Exception {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement("SELECT name, id FROM kafka.topics");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                TOPIC_IDS.put(rows.getString(1), rows.getInt(2));
            }
        }
    }

    @Test
    void shouldReadTheSameFromTheBroker() {
        Arrival.assertIdentical(broker.connection(), SENT);
    }

    @Test
    void shouldReadTheSameFromTheTargetOverSaslSsl() {
        // Given
        Map<String, Object> target = TARGET.server().clientProperties(KafkaListener.SASL_SSL);
        Arrival.awaitTopics(target, TOPICS);
        Arrival.awaitLast(target, SENT, Duration.ofSeconds(90));

        // Then
        Arrival.assertIdentical(target, SENT);
    }

    @Test
    void shouldShowTheSameInTheTable() throws Exception {
        String sql =
                """
                SELECT topic_id, partition_id, partition_offset, key, value
                FROM kafka.messages ORDER BY partition_offset
                """;
        long rowCount = 0;
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                LogRecord expected = sent(rows.getInt("topic_id"), rows.getInt("partition_id"), rows.getLong(3));
                assertThat(bytes(rows, "key")).isEqualTo(expected.key());
                assertThat(bytes(rows, "value")).isEqualTo(expected.value());
                rowCount++;
            }
        }
        assertThat(rowCount).isEqualTo(RECORDS);
    }

    @Test
    void shouldShowTheSameByTopicName() throws Exception {
        String sql =
                """
                SELECT topic, partition, "offset", key, value, headers, timestamp_ms, "timestamp"
                FROM kafka.records WHERE topic = ? AND partition = ? ORDER BY "offset"
                """;
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (TopicPartition partition : PARTITIONS) {
                statement.setString(1, partition.topic());
                statement.setInt(2, partition.partition());
                try (ResultSet rows = statement.executeQuery()) {
                    assertThat(records(rows)).isEqualTo(SENT.of(partition));
                }
            }
        }
    }

    @Test
    void shouldServeKcat() {
        Kcat.assumeInstalled();
        Kcat kcat = new Kcat(PROGRAMS.directory(), broker.bootstrapServers());
        for (TopicPartition partition : PARTITIONS) {
            // When
            byte[] output = kcat.run(new byte[0], KcatText.consumerArguments(partition));

            // Then
            byte[] expected = KcatText.consumerOutput(SENT.of(partition));
            int difference = Arrays.mismatch(output, expected);
            assertThat(difference)
                    .as("%s: first difference in kcat's output of %d bytes", partition, output.length)
                    .isEqualTo(-1);
        }
    }

    private static LogRecord sent(int topicId, int partition, long offset) {
        String topic = TOPICS.stream()
                .filter(name -> Objects.equals(TOPIC_IDS.get(name), topicId))
                .findFirst()
                .orElseThrow();
        return SENT.of(new TopicPartition(topic, partition)).get((int) offset);
    }

    private static List<LogRecord> records(ResultSet rows) throws Exception {
        List<LogRecord> records = new ArrayList<>();
        while (rows.next()) {
            assertThat(rows.getLong("offset")).isEqualTo(records.size());
            assertThat(rows.getTimestamp("timestamp").getTime()).isEqualTo(rows.getLong("timestamp_ms"));
            records.add(new LogRecord(
                    bytes(rows, "key"),
                    bytes(rows, "value"),
                    headers(rows.getString("headers")),
                    rows.getLong("timestamp_ms")));
        }
        return records;
    }

    private static List<HeaderField> headers(String json) throws Exception {
        List<HeaderField> headers = new ArrayList<>();
        if (json != null) {
            for (JsonNode header : new ObjectMapper().readTree(json)) {
                headers.add(new HeaderField(
                        header.has("key_base64")
                                ? new String(decode(header.get("key_base64")), StandardCharsets.UTF_8)
                                : header.get("key").asText(),
                        headerValue(header)));
            }
        }
        return headers;
    }

    private static @Nullable Bytes headerValue(JsonNode header) {
        if (header.has("base64")) {
            return Bytes.wrap(decode(header.get("base64")));
        }
        JsonNode value = header.path("value");
        return value.isTextual() ? Bytes.wrap(value.asText().getBytes(StandardCharsets.UTF_8)) : null;
    }

    private static byte[] decode(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asText());
    }

    private static @Nullable Bytes bytes(ResultSet rows, String column) throws Exception {
        return Bytes.wrap(rows.getBytes(column));
    }
}
