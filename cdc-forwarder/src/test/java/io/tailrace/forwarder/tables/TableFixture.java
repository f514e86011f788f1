package io.tailrace.forwarder.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.config.TablesConfig;
import io.tailrace.config.TablesConfigLoader;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.PostgresAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** A database with tables, a configuration that streams them, and what has arrived. Confined to the test's thread. */
final class TableFixture implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PostgresAddress database;
    private final LocalKafka kafka;
    private final String slot;
    private final Path directory;
    private final Connection connection;
    private final KafkaConsumer<byte[], byte[]> consumer;

    TableFixture(PostgresAddress database, LocalKafka kafka, String slot, Path directory) throws SQLException {
        this.database = database;
        this.kafka = kafka;
        this.slot = slot;
        this.directory = directory;
        this.connection = database.connect();
        Map<String, Object> settings = new HashMap<>(kafka.clientProperties(KafkaListener.PLAINTEXT));
        settings.put("allow.auto.create.topics", "false");
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A record as it arrived. */
    record Arrived(@Nullable String key, JsonNode value, String lsn, long ordinal) {
        String op() {
            return value.path("op").asText();
        }
    }

    void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    Connection connection() {
        return connection;
    }

    String topic(String table) {
        return slot + ".public." + table;
    }

    /** In the layout of pg-replicate-kafka, with more lines for its last section, {@code [replication]}. */
    Path configFile(String kafkaLines, String more) {
        try {
            return Files.writeString(
                    directory.resolve(slot + ".toml"),
                    """
                    [postgres]
                    host = "%s"
                    port = %d
                    database = "%s"
                    username = "%s"
                    password = "%s"
                    publication = "changes"
                    slot_name = "%s"

                    [kafka]
                    brokers = ["%s"]
                    topic_prefix = "%s"
                    compression = "snappy"
                    acks = "all"
                    linger_ms = 5
                    %s

                    [replication]
                    poll_interval_ms = 10
                    keepalive_interval_secs = 1
                    checkpoint_interval_secs = 1
                    %s
                    """
                            .formatted(
                                    database.host(),
                                    database.port(),
                                    database.database(),
                                    database.user(),
                                    database.password(),
                                    slot,
                                    kafka.bootstrapServers(),
                                    slot,
                                    kafkaLines,
                                    more));
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    TableStreamer start(Path file) {
        TablesConfig config = TablesConfigLoader.load(file, Map.of());
        return TableStreamer.start(config, "test");
    }

    /** Does it while the stream runs. */
    void whileStreaming(Path file, Runnable work) {
        try (TableStreamer streamer = start(file)) {
            await().atMost(SOON).until(this::slotIsActive);
            work.run();
            assertThat(streamer.isAlive()).isTrue();
        }
    }

    long end(String topic, int partition) {
        if (!consumer.listTopics().containsKey(topic)) {
            return 0;
        }
        TopicPartition source = new TopicPartition(topic, partition);
        return consumer.endOffsets(List.of(source)).getOrDefault(source, 0L);
    }

    /** Everything that a partition holds. */
    List<Arrived> read(String topic, int partition) {
        List<Arrived> arrived = new ArrayList<>();
        TopicPartition source = new TopicPartition(topic, partition);
        long end = end(topic, partition);
        if (end == 0) {
            return arrived;
        }
        consumer.assign(List.of(source));
        consumer.seekToBeginning(List.of(source));
        while (consumer.position(source) < end) {
            consumer.poll(Duration.ofMillis(200)).records(source).forEach(each -> arrived.add(arrived(each)));
        }
        return arrived;
    }

    private static Arrived arrived(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new Arrived(
                    record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8),
                    JSON.readTree(record.value()),
                    header(record, "tailrace.lsn"),
                    Long.parseLong(header(record, "tailrace.ordinal")));
        } catch (IOException notJson) {
            throw new IllegalStateException(new String(record.value(), StandardCharsets.UTF_8), notJson);
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.US_ASCII);
    }

    /** Drops the slot, which would keep the server's log for ever. */
    void dropSlot() {
        execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + slot
                + "' AND NOT active");
    }

    /** Not while it is being made: what is written then is not streamed. */
    boolean slotIsActive() {
        return query("SELECT active AND confirmed_flush_lsn IS NOT NULL FROM pg_replication_slots WHERE slot_name = '"
                        + slot + "'")
                .equals("t");
    }

    String query(String sql) {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() throws SQLException {
        consumer.close();
        connection.close();
    }
}
