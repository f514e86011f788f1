package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioClients;
import io.tailrace.e2e.client.ScenarioConsumer;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A producer and a member of a group run through fence, drain and move, by hand and SQL, and go on at the target by
 * themselves: the same configuration, the same process, nothing lost and nothing produced twice.
 */
class MoveIT {

    private static final int BEFORE = 100;
    private static final int AFTER = 100;
    private static final int PARTITIONS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final KafkaExtension TARGET = new KafkaExtension();

    @RegisterExtension
    final Programs programs = new Programs();

    private final Set<String> received = new HashSet<>();

    @ParameterizedTest
    @EnumSource(names = {"JAVA", "JAVA_KIP848", "LIBRDKAFKA", "LIBRDKAFKA_KIP848", "KAFKAJS"})
    void shouldPassRunningClientsOnToTheTarget(ClientKind kind) throws Exception {
        // Given
        PostgresAddress database = DATABASES.fresh();
        BrokerProgram broker = programs.startBroker(database, Map.of());
        ForwarderProgram forwarder = programs.forwarder(
                database,
                TARGET.server(),
                Map.of(
                        "migration.client_bootstrap_servers",
                        TARGET.server().bootstrapServers(KafkaListener.PLAINTEXT),
                        "migration.client_security_protocol",
                        "PLAINTEXT"));
        forwarder.start();
        String topic = "move-" + kind.label();
        List<TopicPartition> partitions = Clients.createTopic(broker.connection(), topic, PARTITIONS);
        ScenarioClient client = ScenarioClients.open(kind, broker.bootstrapServers());
        try (SteadyLoad load = new SteadyLoad(client.producer(ProducerSettings.IDEMPOTENT), partitions, "record-");
                ScenarioConsumer consumer =
                        client.consumer(ConsumerSettings.inGroup(topic).withAutoCommit(200))) {
            consumer.subscribe(List.of(topic));
            load.start();
            receive(consumer, BEFORE);
            Arrival.awaitTopics(target(), List.of(topic));
            awaitKnown(database, topic);

            // When
            if (kind.isKip848()) {
                makeGroupByHeartbeat(topic);
            }
            long fence = number(database, "SELECT kafka.fence(30)");
            awaitDrained(database);
            moveGroup(topic, broker.connection());
            execute(database, "SELECT kafka.mark_moved(" + fence + ", 'e2e_" + database.database() + "')");
            int acknowledged = load.acknowledged();
            await("records that are produced after the move")
                    .atMost(LIMIT)
                    .until(() -> load.acknowledged() > acknowledged + AFTER || load.failed());
            load.stop();
            receive(consumer, load.acknowledged());

            // Then
            assertThat(load.failures()).isEmpty();
            assertThat(received).containsAll(load.values());
            assertThat(sum(LogReader.endOffsets(target(), partitions))).isEqualTo(load.acknowledged());
            System.out.println(kind + ": the longest wait of a record was " + load.longestWaitMs() + " ms");
        }
    }

    private static Map<String, Object> target() {
        return TARGET.server().clientProperties(KafkaListener.PLAINTEXT);
    }

    /** Until so many different records have come. */
    private void receive(ScenarioConsumer consumer, int count) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (received.size() < count && System.nanoTime() < deadlineNs) {
            for (ReceivedRecord record : consumer.take(count - received.size(), Duration.ofMillis(500))) {
                received.add(record.text());
            }
        }
        assertThat(received).as("received").hasSizeGreaterThanOrEqualTo(count);
    }

    /** Until the broker can pass the topic on, as the plan of a cutover demands. */
    private static void awaitKnown(PostgresAddress database, String topic) {
        String known = "SELECT count(*) FROM kafka.target_metadata m"
                + " CROSS JOIN jsonb_array_elements(m.metadata -> 'topics') x WHERE x ->> 'name' = '" + topic + "'";
        await("the target's word about " + topic).atMost(LIMIT).until(() -> number(database, known) == 1);
    }

    /** Behind the fence: nothing comes in any more, so what is forwarded now is all. */
    private static void awaitDrained(PostgresAddress database) {
        String missing =
                """
                SELECT count(*) FROM kafka.partitions p
                    LEFT JOIN kafka.forwarder_positions f USING (topic_id, partition_id)
                WHERE p.next_offset > coalesce(f.next_offset, 0)
                """;
        await("the forwarder to be through")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> number(database, missing) == 0);
    }

    /** With its first member, who leaves again. Members that come with an epoch from here begin anew there then. */
    private static void makeGroupByHeartbeat(String group) {
        Map<String, Object> settings = new HashMap<>(target());
        settings.put("group.id", group);
        settings.put("group.protocol", "consumer");
        settings.put("enable.auto.commit", false);
        var bytes = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> member = new KafkaConsumer<>(settings, bytes, bytes)) {
            member.subscribe(List.of(group));
            await("a member at the target").pollInSameThread().atMost(LIMIT).until(() -> {
                member.poll(Duration.ofMillis(50));
                return member.groupMetadata().generationId() > 0;
            });
        }
    }

    private static void moveGroup(String group, Map<String, Object> source) throws Exception {
        try (Admin from = Admin.create(source);
                Admin to = Admin.create(target())) {
            Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
            from.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) ->
                            committed.put(partition, new OffsetAndMetadata(offset.offset(), offset.metadata())));
            to.alterConsumerGroupOffsets(group, committed).all().get();
        }
    }

    private static long sum(Map<TopicPartition, Long> ends) {
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long number(PostgresAddress database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void execute(PostgresAddress database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
