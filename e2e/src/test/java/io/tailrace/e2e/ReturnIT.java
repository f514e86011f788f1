package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.CommandResult;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * There and back: a group and its producer live here, then at the target, then here again, each time in clients that are
 * started anew. Nothing is lost, nothing is read twice, and the target has every record once.
 */
class ReturnIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int HERE = 100;
    private static final int THERE = 200;
    private static final int HERE_AGAIN = 300;

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final KafkaExtension TARGET = new KafkaExtension();

    @RegisterExtension
    final Programs programs = new Programs();

    private final List<Integer> read = new ArrayList<>();

    @Test
    void shouldBringBackRecordsAndGroups() throws Exception {
        // Given
        PostgresAddress database = DATABASES.fresh();
        BrokerProgram broker = programs.startBroker(database, Map.of());
        ForwarderProgram forwarder = programs.forwarder(database, TARGET.server(), Map.of());
        forwarder.start();
        String topic = TARGET.freshTopicName();
        TopicPartition partition =
                Clients.createTopic(broker.connection(), topic, 1).get(0);
        produce(broker.connection(), partition, 0, HERE);
        consume(broker.connection(), topic, HERE - 10);
        awaitEnd(partition, HERE);
        move(database);

        // When
        produce(target(), partition, HERE, THERE);
        consume(target(), topic, THERE - 10);
        CommandResult returned = forwarder.run(
                "migrate", "rollback", "--broker", broker.bootstrapServers(), "--quiet", "1", "--limit", "40");
        produce(broker.connection(), partition, THERE, HERE_AGAIN);
        consume(broker.connection(), topic, HERE_AGAIN);

        // Then
        assertThat(returned.exitCode()).as(returned.output()).isZero();
        assertThat(returned.output()).contains("1 of 1 groups have their offsets");
        List<Integer> all = IntStream.range(0, HERE_AGAIN).boxed().toList();
        assertThat(read).isEqualTo(all);
        awaitEnd(partition, HERE_AGAIN);
        assertThat(values(target(), partition)).isEqualTo(all);
        assertThat(values(broker.connection(), partition)).isEqualTo(all);
        move(database);
        assertThat(values(target(), partition)).isEqualTo(all);
    }

    private static Map<String, Object> target() {
        return TARGET.server().clientProperties(KafkaListener.PLAINTEXT);
    }

    private static void produce(Map<String, Object> cluster, TopicPartition partition, int from, int to) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(cluster, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = from; i < to; i++) {
                var unused = producer.send(
                        new ProducerRecord<>(partition.topic(), partition.partition(), new byte[] {1}, text(i)));
            }
        }
    }

    private static byte[] text(int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private static int number(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.value(), StandardCharsets.US_ASCII));
    }

    /** As a member of the group, record by record until it has this many in all. */
    private void consume(Map<String, Object> cluster, String topic, int count) {
        Map<String, Object> settings = new HashMap<>(cluster);
        settings.put("group.id", topic);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("max.poll.records", "10");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            await().atMost(LIMIT).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> read.add(number(record)));
                consumer.commitSync();
                return read.size() >= count;
            });
        }
    }

    private static List<Integer> values(Map<String, Object> cluster, TopicPartition partition) {
        List<Integer> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(cluster, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            await().atMost(LIMIT).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(number(record)));
                return consumer.position(partition) >= end;
            });
        }
        return values;
    }

    private static void awaitEnd(TopicPartition partition, long end) throws Exception {
        Arrival.awaitTopics(target(), List.of(partition.topic()));
        await().atMost(LIMIT)
                .until(() -> LogReader.endOffsets(target(), List.of(partition)).equals(Map.of(partition, end)));
    }

    /** By hand and SQL: the group's offset is at the target by the forwarder's own rounds. */
    private static void move(PostgresAddress database) throws Exception {
        await("what the target says of itself")
                .atMost(LIMIT)
                .until(() -> number(database, "SELECT count(*) FROM kafka.target_metadata") == 1);
        long fence = number(database, "SELECT kafka.fence(60)");
        await("the forwarder to be through")
                .atMost(LIMIT)
                .until(() -> number(
                                database,
                                "SELECT count(*) FROM kafka.partitions p LEFT JOIN kafka.forwarder_positions f"
                                        + " USING (topic_id, partition_id) WHERE p.next_offset > coalesce(f.next_offset, 0)")
                        == 0);
        await("the groups to be through")
                .atMost(LIMIT)
                .until(() -> number(
                                database,
                                "SELECT count(*) FROM kafka.consumer_offsets o LEFT JOIN kafka.forwarder_group_offsets w"
                                        + " USING (group_id, topic_id, partition_id)"
                                        + " WHERE o.committed_offset IS DISTINCT FROM w.source_offset")
                        == 0);
        number(
                database,
                "SELECT 1 FROM (SELECT kafka.mark_moved(" + fence + ", 'e2e_" + database.database() + "')) AS moved");
    }

    private static long number(PostgresAddress database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
