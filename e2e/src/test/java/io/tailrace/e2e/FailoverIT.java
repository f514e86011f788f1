package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.program.VirtualAddress;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.RecordGenerator;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A Postgres with a synchronous standby is killed under load and the standby takes over, with the forwarder's replication slot
 * or without it: broker and forwarder go on there by themselves, and everything is in the log and at the target, once.
 */
class FailoverIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final long seed = Seed.of(FailoverIT.class);

    @RegisterExtension
    final Programs programs = new Programs();

    private LocalPostgres primary;
    private LocalPostgres standby;
    private Map<String, Object> there;
    private VirtualAddress address;
    private BrokerProgram broker;
    private ForwarderProgram forwarder;

    @BeforeEach
    void start() throws Exception {
        primary = programs.startPostgres();
        standby = programs.startStandby(primary);
        LocalKafka target = programs.startTarget();
        there = target.clientProperties(KafkaListener.SASL_SSL);
        address = new VirtualAddress(primary.address());
        broker = programs.startBroker(address.address(), Map.of());
        forwarder = programs.forwarder(address.address(), target, Map.of());
        forwarder.start();
    }

    @AfterEach
    void close() {
        if (address != null) {
            address.close();
        }
    }

    private void failOver() {
        primary.kill();
        standby.promote();
        address.leadTo(standby.address());
    }

    @ParameterizedTest(name = "slot at the standby: {0}")
    @ValueSource(booleans = {true, false})
    void shouldGoOnAtTheStandby(boolean slotFollows) throws Exception {
        // Given
        waitForTheStandby();
        List<TopicPartition> partitions = Clients.createTopic(broker.connection(), "taken-over", 4);
        try (PacedLoad load = PacedLoad.start(broker.connection(), new RecordGenerator(seed, 1_000), partitions, 500)) {
            await("records before").atMost(LIMIT).until(() -> load.acknowledged() > 1_000);
            forwarder.awaitStreaming();
            if (slotFollows) {
                copySlot();
            }

            // When
            failOver();
            long before = load.acknowledged();
            await("records after").atMost(LIMIT).until(() -> load.acknowledged() > before + 1_000);
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            Arrival.assertIdentical(broker.connection(), load.sent());
            Arrival.awaitLast(there, load.sent(), LIMIT);
            Arrival.assertIdentical(there, load.sent());
            forwarder.awaitStreaming();
            assertThat(hasSlot()).isEqualTo(slotFollows);
        }
    }

    /** As after an unclean election: what was lost stays lost, and everything that is there then is forwarded. */
    @Test
    void shouldForwardWhatFollowsRecordsThatAreLost() throws Exception {
        // Given: a standby that is not waited for
        List<TopicPartition> all = Clients.createTopic(broker.connection(), "lost", 2);
        List<TopicPartition> busy = all.subList(0, 1);
        PartitionLogs kept = new PartitionLogs();
        PartitionLogs forwarded = new PartitionLogs();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker.connection())) {
            send(producer, all, 500, kept, forwarded);
            Arrival.awaitLast(there, forwarded, LIMIT);
            awaitSavedPositions();
            awaitReplay();
            standby.detach();
            send(producer, all, 100, forwarded);
            Arrival.awaitLast(there, forwarded, LIMIT);

            // When
            failOver();
            send(producer, busy, 300, kept, forwarded);

            // Then
            Arrival.awaitLast(there, forwarded, LIMIT);
            Arrival.assertIdentical(there, forwarded);
            Arrival.assertIdentical(broker.connection(), kept);
            assertThat(forwarder.run("migrate", "verify").output())
                    .containsPattern("lost *\\| 0 .* green .* 100 of others")
                    .containsPattern("lost *\\| 1 .* red .* extra");
        }
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer,
            List<TopicPartition> partitions,
            int recordsEach,
            PartitionLogs... sent)
            throws Exception {
        RecordGenerator generator = new RecordGenerator(seed, 1_000);
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        for (int i = 0; i < recordsEach; i++) {
            for (TopicPartition partition : partitions) {
                ProducerRecord<byte[], byte[]> record = generator.next(partition);
                answers.add(producer.send(record));
                for (PartitionLogs log : sent) {
                    log.add(partition, LogRecord.of(record));
                }
            }
        }
        for (Future<RecordMetadata> answer : answers) {
            answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** They follow what arrives a moment later. Without them at the standby all that the target has must be compared there. */
    private void awaitSavedPositions() throws SQLException {
        String open =
                """
                SELECT count(*)
                FROM kafka.partitions p LEFT JOIN kafka.forwarder_positions f USING (topic_id, partition_id)
                WHERE p.next_offset > coalesce(f.next_offset, 0)""";
        try (Connection log = primary.address().connect()) {
            await("positions of all that was forwarded").atMost(LIMIT).until(() -> query(log, open)
                    .equals("0"));
        }
    }

    private void awaitReplay() throws SQLException {
        String end = query(primary, "SELECT pg_current_wal_lsn()");
        await("the standby to have everything").atMost(LIMIT).until(() -> query(
                        standby, "SELECT pg_last_wal_replay_lsn() >= '" + end + "'")
                .equals("t"));
    }

    private static String query(LocalPostgres postgres, String sql) throws SQLException {
        try (Connection connection = postgres.superuser("postgres").connect()) {
            return query(connection, sql);
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** So that nothing is acknowledged, and nothing forwarded, that the standby does not have. */
    private void waitForTheStandby() throws SQLException {
        execute(
                primary,
                "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
                "ALTER SYSTEM SET synchronized_standby_slots = 'standby'",
                "SELECT pg_reload_conf()");
    }

    /** With snapshots of what runs, which Postgres writes every 15 s by itself, it is there at once. */
    private void copySlot() throws SQLException {
        execute(standby, "ALTER SYSTEM SET sync_replication_slots = on", "SELECT pg_reload_conf()");
        await("the slot at the standby").atMost(LIMIT).until(() -> {
            execute(primary, "SELECT pg_log_standby_snapshot()");
            return hasSlot();
        });
    }

    private static void execute(LocalPostgres postgres, String... statements) throws SQLException {
        try (Connection connection = postgres.superuser("postgres").connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** A slot that came from the primary, not one that was made here. */
    private boolean hasSlot() throws SQLException {
        String count =
                "SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical' AND synced AND NOT temporary";
        return query(standby, count).equals("1");
    }
}
