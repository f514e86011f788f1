package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.CommandResult;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Program;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The options of {@code tailrace migrate cutover}, and a kill at its last moment. */
class CutoverEdgesIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int RECORDS = 20;
    private static final String GROUP = "cutover-edges";

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final KafkaExtension TARGET = new KafkaExtension();

    @RegisterExtension
    final Programs programs = new Programs();

    private PostgresAddress database;
    private BrokerProgram broker;
    private ForwarderProgram forwarder;
    private TopicPartition partition;

    @BeforeEach
    void start() throws Exception {
        database = DATABASES.fresh();
        broker = programs.startBroker(database, Map.of());
        forwarder = programs.forwarder(
                database,
                TARGET.server(),
                Map.of(
                        "migration.client_bootstrap_servers",
                        TARGET.server().bootstrapServers(KafkaListener.PLAINTEXT),
                        "migration.client_security_protocol",
                        "PLAINTEXT"));
        forwarder.start();
        partition = Clients.createTopic(broker.connection(), TARGET.freshTopicName(), 1)
                .get(0);
        produce(RECORDS);
        Arrival.awaitTopics(target(), List.of(partition.topic()));
        awaitThere(RECORDS);
        await("what the target says of itself")
                .atMost(LIMIT)
                .until(() -> number(
                                "SELECT count(*) FROM kafka.target_metadata m, jsonb_array_elements(m.metadata -> 'topics') t"
                                        + " WHERE jsonb_array_length(t -> 'partitions') = 1 AND t ->> 'name' = '"
                                        + partition.topic() + "'")
                        == 1);
    }

    @Test
    void shouldAbortTransactionsThatStayOpenIfItIsToldSo() throws Exception {
        // Given
        try (KafkaProducer<byte[], byte[]> open = Clients.producer(
                broker.connection(),
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "stays-open",
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        10_000))) {
            open.initTransactions();
            open.beginTransaction();
            open.send(record("never committed")).get();

            // When
            CommandResult without = forwarder.run("migrate", "cutover", "--limit", "6");
            CommandResult with = forwarder.run(
                    "migrate", "cutover", "--limit", "20", "--abort-transactions", broker.bootstrapServers());

            // Then
            assertThat(without.exitCode()).as(without.output()).isEqualTo(1);
            assertThat(without.output())
                    .contains("hold up the drain: stays-open")
                    .contains("--abort-transactions")
                    .contains("the fence is lifted");
            assertThat(with.exitCode()).as(with.output()).isZero();
            assertThat(with.output()).contains("aborting transactions that stay open: stays-open");
            assertThatThrownBy(open::commitTransaction).isInstanceOf(KafkaException.class);
        }
        awaitThere(RECORDS);
        assertThat(number("SELECT count(*) FROM kafka.messages_" + topicId())).isEqualTo(RECORDS);
    }

    @Test
    void shouldRefuseClientsWithTheTargetsAddressIfTheyAreNotToBePassedOn() throws Exception {
        // When
        CommandResult plan = forwarder.run("migrate", "plan", "--no-redirect");
        CommandResult cutover = forwarder.run("migrate", "cutover", "--no-redirect");

        // Then
        assertThat(plan.exitCode()).as(plan.output()).isZero();
        assertThat(cutover.exitCode()).as(cutover.output()).isZero();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker.connection())) {
            assertThatThrownBy(() -> producer.send(record("refused")).get())
                    .hasCauseInstanceOf(PolicyViolationException.class)
                    .hasMessageContaining(TARGET.server().bootstrapServers(KafkaListener.PLAINTEXT));
        }
        awaitThere(RECORDS);
        assertThat(number("SELECT count(*) FROM kafka.messages_" + topicId())).isEqualTo(RECORDS);
    }

    @Test
    void shouldGoOnAfterAKillBetweenTheGroupsAndTheMove() throws Exception {
        // Given
        commit(5);

        // When: it has copied the groups and waits for this lock to mark the cluster as moved
        try (Connection locking = database.connect();
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE kafka.outbox IN EXCLUSIVE MODE");
            Program killed = programs.command(forwarder, "migrate", "cutover", "--limit", "10");
            killed.start();
            await("the last step")
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() ->
                            number("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareRowExclusiveLock'"
                                            + " AND relation = 'kafka.outbox'::regclass")
                                    == 1);
            killed.kill();
            await("its session to end")
                    .atMost(LIMIT)
                    .until(() -> number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                    + " AND application_name = 'tailrace-migrate'")
                            == 0);
            locking.rollback();
        }

        // Then: the groups are there, and everything goes on here when the fence has ended
        assertThat(committedThere()).isEqualTo(5);
        assertThat(number("SELECT count(*) FROM kafka.migration WHERE state = 'moved'"))
                .isZero();
        produce(RECORDS);
        await("commits").atMost(LIMIT).ignoreExceptions().until(() -> {
            commit(RECORDS + 3);
            return true;
        });

        // When
        CommandResult again = forwarder.run("migrate", "cutover");

        // Then
        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(committedThere()).isEqualTo(RECORDS + 3);
        awaitThere(2 * RECORDS);
        assertThat(number("SELECT count(*) FROM kafka.migration WHERE state = 'moved'"))
                .isEqualTo(1);
    }

    private static Map<String, Object> target() {
        return TARGET.server().clientProperties(KafkaListener.PLAINTEXT);
    }

    private ProducerRecord<byte[], byte[]> record(String value) {
        return new ProducerRecord<>(
                partition.topic(), partition.partition(), null, value.getBytes(StandardCharsets.UTF_8));
    }

    private void produce(int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker.connection())) {
            for (int i = 0; i < records; i++) {
                producer.send(record("record " + i)).get();
            }
        }
    }

    private void commit(long offset) throws Exception {
        try (Admin admin = Admin.create(broker.connection())) {
            admin.alterConsumerGroupOffsets(GROUP, Map.of(partition, new OffsetAndMetadata(offset)))
                    .all()
                    .get();
        }
    }

    private long committedThere() throws Exception {
        try (Admin admin = Admin.create(target())) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(partition);
            return Objects.requireNonNull(committed).offset();
        }
    }

    private void awaitThere(long end) {
        await("the target to end at " + end)
                .atMost(LIMIT)
                .until(() -> LogReader.endOffsets(target(), List.of(partition)).equals(Map.of(partition, end)));
    }

    private long topicId() throws SQLException {
        return number("SELECT id FROM kafka.topics WHERE name = '" + partition.topic() + "'");
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
