package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.cutover.Cutover;
import io.tailrace.forwarder.cutover.CutoverException;
import io.tailrace.forwarder.cutover.CutoverOptions;
import io.tailrace.forwarder.cutover.Finding;
import io.tailrace.forwarder.cutover.Journal;
import io.tailrace.forwarder.cutover.MigrationState.Stage;
import io.tailrace.forwarder.cutover.MigrationTable;
import io.tailrace.forwarder.cutover.Plan;
import io.tailrace.forwarder.cutover.Progress;
import io.tailrace.forwarder.cutover.TopicProgress;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cutover with a real forwarder and a real target, and records and commits that come by SQL in place of a broker. */
final class MigrationIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SLOT = "migration_it";

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log = new SourceLog(database);
    private final String topic = KAFKA.freshTopicName();
    private final ForwarderConfig config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), SLOT);
    private final Told told = new Told();
    private Connection connection;
    private Forwarder forwarder;
    private int id;

    private static final class Told implements Journal {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void onStep(String step, Duration took, String outcome) {
            lines.add(step);
        }

        @Override
        public void onNote(String text) {
            lines.add(text);
        }
    }

    @BeforeEach
    void open() throws Exception {
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        connection = database.connect();
        id = log.createTopic(topic, 2);
        log.append(id, 0, 100);
        log.append(id, 1, 10);
        log.execute(
                "DELETE FROM kafka.messages_" + id + " WHERE partition_id = 0 AND partition_offset IN (10, 11, 99)");
        commit("group", 50);
        forwarder = Forwarder.start(config);
    }

    @AfterEach
    void close() throws Exception {
        forwarder.close();
        await().atMost(SOON).until(() -> "f"
                .equals(log.query("SELECT active FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'")));
        log.execute("SELECT pg_drop_replication_slot('" + SLOT + "')");
        connection.close();
        log.close();
    }

    private void commit(String group, long offset) {
        log.execute("INSERT INTO kafka.consumer_offsets (record_digest, record_offset, group_id, topic, topic_id,"
                + " partition_id, committed_offset, metadata, commit_timestamp) VALUES (sha256('" + group
                + "'), 0, '" + group + "', '" + topic + "', " + id + ", 0, " + offset + ", '', now())"
                + " ON CONFLICT (record_digest) DO UPDATE SET committed_offset = excluded.committed_offset");
    }

    private List<Finding> blocking() throws Exception {
        return Plan.blocking(Plan.check(config, connection, true));
    }

    private void awaitNothingBlocks() {
        await().atMost(SOON).untilAsserted(() -> assertThat(blocking()).isEmpty());
    }

    private Optional<Duration> cutover(int limitSeconds) throws Exception {
        CutoverOptions options =
                new CutoverOptions(Duration.ofSeconds(limitSeconds), Duration.ofSeconds(60), true, null);
        try (Connection own = database.connect()) {
            return new Cutover(config, own, options, told).run();
        }
    }

    private Stage stage() throws Exception {
        return MigrationTable.read(connection).stage();
    }

    private long groupAtTarget() throws Exception {
        try (Admin admin = Admin.create(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT))) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets("group")
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(topic, 0));
            return Objects.requireNonNull(committed).offset();
        }
    }

    @Test
    void shouldMoveWithEveryRecordVerifiedAndTheLastCommitsCopied() throws Exception {
        // Given
        awaitNothingBlocks();
        log.append(id, 1, 300);
        commit("group", 60);

        // When
        Optional<Duration> held = cutover(30);

        // Then
        assertThat(held).isPresent();
        assertThat(told.lines).containsExactly("check", "catch up", "copy groups", "fence", "drain", "verify", "move");
        assertThat(stage()).isEqualTo(Stage.MOVED);
        assertThat(groupAtTarget()).isEqualTo(58);
        List<TopicProgress> topics = Progress.read(connection, SLOT);
        assertThat(topics)
                .extracting(TopicProgress::lag, TopicProgress::unverified)
                .containsOnly(tuple(0L, 0L));
        assertThat(log.query("SELECT sum(records) FROM kafka.verified_partitions WHERE state = 'green'"))
                .isEqualTo("407");

        // When: somebody asks again
        Optional<Duration> again = cutover(30);

        // Then
        assertThat(again).isEmpty();
        assertThat(told.lines).last().asString().contains("moved");
    }

    @Test
    void shouldNameTransactionsThatStayOpenAndLetProducersGoOn() throws Exception {
        // Given
        awaitNothingBlocks();
        log.appendPending(id, 0, 10, 4_711);

        // When
        assertThatThrownBy(() -> cutover(3))
                // Then
                .isInstanceOf(CutoverException.class)
                .hasMessageContaining("producer 4711");
        assertThat(stage()).isEqualTo(Stage.NONE);
        assertThat(told.lines).last().asString().contains("the fence is lifted");

        // When
        log.commit(4_711);

        // Then
        assertThat(cutover(30)).isPresent();
    }

    @Test
    void shouldGoOnBehindTheFenceThatADeadOneLeft() throws Exception {
        // Given: it died behind its fence, with the groups frozen
        awaitNothingBlocks();
        long fence = MigrationTable.fence(connection, 60);
        log.execute("SELECT kafka.freeze_groups(" + fence + ", 60)");

        // When
        Optional<Duration> held = cutover(30);

        // Then
        assertThat(held).isPresent();
        assertThat(MigrationTable.read(connection).fenceNumber()).isEqualTo(fence);
        assertThat(groupAtTarget()).isEqualTo(48);
    }

    @Test
    void shouldNotBeginWhereSomethingBlocks() throws Exception {
        // Given
        awaitNothingBlocks();
        log.execute("INSERT INTO kafka.topic_shadow_config (topic, percentage) VALUES ('" + topic + "', 50)");
        commit("beyond", 1_000);

        // When
        await().atMost(SOON).until(() -> blocking().size() == 2);

        // Then
        assertThat(blocking())
                .extracting(Finding::text)
                .anyMatch(text -> text.contains("only 1 of 2 partitions are forwarded (shadow percentage 50)"))
                .anyMatch(text -> text.contains("have committed beyond the end of the log: beyond"));
        assertThatThrownBy(() -> cutover(30))
                .isInstanceOf(CutoverException.class)
                .hasMessageContaining("there is no cutover as things stand");
        assertThat(MigrationTable.read(connection).fenceNumber()).isZero();
    }

    @Test
    void shouldStopAtARedPartition() throws Exception {
        // Given: verified by hand as something else than what is there
        awaitNothingBlocks();
        log.execute("UPDATE kafka.messages_" + id
                + " SET value = 'changed' WHERE partition_id = 1 AND partition_offset = 5");

        // When
        assertThatThrownBy(() -> cutover(30))
                // Then
                .isInstanceOf(CutoverException.class)
                .hasMessageContaining("partition 1 is red");
        assertThat(stage()).isEqualTo(Stage.NONE);
        assertThat(blocking()).extracting(Finding::text).anyMatch(text -> text.contains("offset 5 differs (value)"));
    }

    @Test
    void shouldSayWhoCannotFollow() throws Exception {
        // Given
        awaitNothingBlocks();
        log.execute("INSERT INTO kafka.transactions (transactional_id, producer_id, producer_epoch, timeout_ms, state,"
                + " updated_ms, lease_epoch) VALUES ('payments', 1, 0, 60000, 'Empty', 0, 0)");
        log.execute("UPDATE kafka.migration SET node_id = (SELECT (metadata -> 'brokers' -> 0 ->> 'nodeId')::integer"
                + " FROM kafka.target_metadata)");

        // When
        List<Finding> findings = Plan.check(config, connection, true);

        // Then
        assertThat(findings)
                .filteredOn(finding -> finding.weight() != Finding.Weight.OK)
                .extracting(Finding::check)
                .contains("transactional producers", "offsets", "node ids");
        assertThat(Plan.blocking(findings)).extracting(Finding::check).containsExactly("node ids");
        assertThat(Plan.blocking(Plan.check(config, connection, false))).isEmpty();
    }
}
