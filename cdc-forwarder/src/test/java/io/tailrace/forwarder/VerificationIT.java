package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.forwarder.verify.ContinuousVerifier;
import io.tailrace.forwarder.verify.Difference;
import io.tailrace.forwarder.verify.Mismatch;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import io.tailrace.forwarder.verify.Verified;
import io.tailrace.local.FreePorts;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The verifier against a real target, whose records were written by hand where they must not be the same. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class VerificationIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final AtomicInteger SLOTS = new AtomicInteger();

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final String slot = "verification_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log;
    private final String topic = KAFKA.freshTopicName();
    private ForwarderConfig config;
    private TargetCopy target;

    VerificationIT(SourceLog.Shape shape) {
        log = new SourceLog(database, shape);
    }

    @BeforeEach
    void open() {
        config = config(KAFKA.bootstrapServers());
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        target = new TargetCopy(database, log, slot, KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
    }

    private ForwarderConfig config(String bootstrapServers) {
        ForwarderConfig quiet = TestConfig.forwarder(database, bootstrapServers, slot);
        return new ForwarderConfig(
                quiet.postgres(),
                quiet.kafka(),
                quiet.shadow(),
                quiet.replication(),
                TestConfig.verification(true),
                quiet.migration(),
                quiet.metrics(),
                quiet.groupSync());
    }

    @AfterEach
    void close() {
        target.close();
        log.close();
    }

    @Test
    void shouldFollowTheForwarderThroughHolesAndStayGreen() throws Exception {
        // Given
        int id = log.createTopic(topic, 2);
        log.append(id, 0, 1_500);
        log.delete(id, 0, offset -> offset % 7 == 3);
        log.append(
                id,
                1,
                null,
                null,
                "[{\"key\": \"a\", \"value\": null}, {\"key\": \"a\", \"base64\": \"AP8=\"}]",
                42,
                0);

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitVerified(0, 1_500);
            awaitVerified(1, 1);
            log.appendPending(id, 0, 10, 4_711);
            log.append(id, 0, 10);
            log.abort(4_711);
            log.appendPending(id, 0, 10, 4_712);
            log.append(id, 1, 500);
            log.commit(4_712);
            awaitVerified(0, 1_530);
            awaitVerified(1, 501);
            log.delete(id, 1, offset -> offset % 5 == 1);
            assertThat(forwarder.stats().restarts()).isZero();
        }
        List<Verdict> verdicts = verify(true);

        // Then
        assertThat(verdicts).extracting(Verdict::state).containsOnly(Verdict.State.GREEN);
        assertThat(verified(verdicts, 0).records()).isEqualTo(1_500 - 214 + 20);
        assertThat(verified(verdicts, 1).records()).isEqualTo(401);
        assertThat(verified(verdicts, 1).onlyOnTarget()).isEqualTo(100);
        assertThat(log.query("SELECT count(*) FROM kafka.verification WHERE state = 'green'"))
                .isEqualTo("2");
        dropSlot();
    }

    private void awaitVerified(int partition, long to) {
        await().atMost(SOON).until(() -> "t"
                .equals(log.query("SELECT state = 'green' AND verified_to = " + to
                        + " FROM kafka.verification WHERE topic = '" + topic + "' AND partition = " + partition)));
    }

    private void dropSlot() {
        await().atMost(SOON).until(() -> "f"
                .equals(log.query(
                        "SELECT coalesce(bool_or(active), false) FROM pg_replication_slots WHERE slot_name = '" + slot
                                + "'")));
        log.execute("SELECT pg_drop_replication_slot('" + slot + "')");
    }

    @Test
    void shouldTurnExactlyThatPartitionRedAtTheChangedRecord() throws Exception {
        // Given
        int id = mixedTopic();

        // When
        target.createTopic(topic, 2);
        target.copy(id, topic, 0, UnaryOperator.identity());
        target.copy(id, topic, 1, rows -> with(rows, 25, changed(rows.get(25))));
        List<Verdict> verdicts = verify(false);

        // Then
        long offset = target.rows(id, 1).get(25).offset();
        assertThat(verdicts).extracting(Verdict::state).containsExactly(Verdict.State.GREEN, Verdict.State.RED);
        assertThat(verified(verdicts, 1).first()).isEqualTo(new Mismatch(offset, 25, EnumSet.of(Difference.VALUE)));
        assertThat(
                        log.query(
                                "SELECT concat_ws(' ', partition, first_difference, target_difference, what) FROM kafka.verification WHERE state = 'red'"))
                .isEqualTo("1 " + offset + " 25 value");
    }

    @Test
    void shouldFindAMissingAndAnExtraRecordAtTheEnd() throws Exception {
        // Given
        int id = mixedTopic();

        // When
        target.createTopic(topic, 2);
        target.copy(id, topic, 0, rows -> rows.subList(0, rows.size() - 1));
        target.copy(id, topic, 1, rows -> with(rows, rows.size(), changed(rows.get(3))));
        List<Verdict> verdicts = verify(true);

        // Then
        int records = target.rows(id, 0).size();
        assertThat(verified(verdicts, 0).first())
                .isEqualTo(new Mismatch(49, records - 1, EnumSet.of(Difference.MISSING)));
        assertThat(verified(verdicts, 1).first()).isEqualTo(new Mismatch(50, records, EnumSet.of(Difference.EXTRA)));
    }

    @Test
    void shouldFindWhatMovedWhereARecordIsMissingInTheMiddle() throws Exception {
        // Given
        int id = mixedTopic();

        // When
        target.createTopic(topic, 2);
        target.copy(id, topic, 0, rows -> without(rows, 10));
        target.copy(id, topic, 1, rows -> with(without(rows, 10), 11, rows.get(10)));
        List<Verdict> verdicts = verify(true);

        // Then
        long offset = target.rows(id, 0).get(10).offset();
        assertThat(verified(verdicts, 0).first()).isEqualTo(new Mismatch(offset, 10, EnumSet.of(Difference.MISSING)));
        assertThat(verified(verdicts, 1).first()).isEqualTo(new Mismatch(offset, 10, EnumSet.of(Difference.ORDER)));
    }

    @Test
    void shouldStayRedUntilTheMissingRecordIsThere() throws Exception {
        // Given
        int id = mixedTopic();
        target.createTopic(topic, 2);
        target.copy(id, topic, 0, rows -> rows.subList(0, rows.size() - 1));
        target.copy(id, topic, 1, UnaryOperator.identity());
        List<LogRow> rows = target.rows(id, 0);

        // When
        try (ContinuousVerifier verifier = new ContinuousVerifier(
                config,
                SourceSession.dataSource(config.postgres()),
                new TargetSettings(config.kafka(), config.replication().maxInFlightBytes()))) {
            verifier.start();
            awaitVerified(1, 50);
            await().atMost(SOON).until(() -> "red missing".equals(state(0)));
            target.send(topic, rows.get(rows.size() - 1));

            // Then
            awaitVerified(0, 50);
        }
    }

    private String state(int partition) {
        return Objects.requireNonNull(
                log.query("SELECT concat_ws(' ', state, what) FROM kafka.verification WHERE partition = " + partition));
    }

    @Test
    void shouldReportWhatIsGoneOnEitherSideAndIsNotRed() throws Exception {
        // Given
        int id = mixedTopic();
        target.createTopic(topic, 2);
        target.copy(id, topic, 0, UnaryOperator.identity());
        target.copy(id, topic, 1, UnaryOperator.identity());
        long offset = target.rows(id, 1).get(20).offset();

        // When
        target.trim(topic, 0, 12);
        log.execute("UPDATE kafka.partitions SET log_start_offset = " + offset + " WHERE partition_id = 1");
        log.execute("DELETE FROM kafka.messages_" + id
                + " WHERE partition_id = 1 AND partition_offset + record_count <= " + offset);
        List<Verdict> verdicts = verify(true);

        // Then
        assertThat(verdicts).extracting(Verdict::state).containsOnly(Verdict.State.GREEN);
        assertThat(verified(verdicts, 0).goneFromTarget()).isEqualTo(12);
        assertThat(verdicts.get(0).notes()).isEqualTo("12 no longer on the target, not verifiable");
        assertThat(verified(verdicts, 1).start()).isEqualTo(offset);
    }

    @Test
    void shouldReportTheRecordsOfOthersOnASharedPartition() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 3);
        target.createTopic(topic, 1);
        target.copy(id, topic, 0, UnaryOperator.identity());
        log.append(id, 0, 2);
        List<LogRow> rows = target.rows(id, 0);

        // When
        target.send(topic, changed(rows.get(0)));
        target.send(topic, rows.get(3));
        target.send(topic, rows.get(4));
        log.execute("INSERT INTO kafka.forwarder_offset_map VALUES ('" + slot + "', " + id + ", 0, 3, 4)");
        target.savePosition(id, 0, 6);
        List<Verdict> alone = verify(true);
        log.execute("UPDATE kafka.forwarder_positions SET shared = true");
        List<Verdict> shared = verify(false);

        // Then
        assertThat(verified(alone, 0).first()).isEqualTo(new Mismatch(3, 3, EnumSet.of(Difference.EXTRA)));
        assertThat(shared).extracting(Verdict::state).containsOnly(Verdict.State.GREEN);
        assertThat(verified(shared, 0).records()).isEqualTo(5);
        assertThat(verified(shared, 0).foreignRecords()).isEqualTo(1);
    }

    @Test
    void shouldTurnRedWhenTheTargetLosesWhatWasVerified() throws Exception {
        // Given
        int id = mixedTopic();
        target.createTopic(topic, 2);
        target.createTopic(topic + "-2", 2);
        target.copy(id, topic, 0, UnaryOperator.identity());
        List<Verdict> before = verify(false);

        // When
        log.execute("UPDATE kafka.verified_partitions SET target_name = '" + topic + "-2'");
        log.execute("INSERT INTO kafka.forwarder_topics VALUES ('" + slot + "', " + id + ", '" + topic + "-2', '{0}')");
        List<Verdict> verdicts = verify(false);

        // Then
        assertThat(before.get(0).state()).isEqualTo(Verdict.State.GREEN);
        assertThat(before.get(1).state()).isEqualTo(Verdict.State.NOT_FORWARDED);
        assertThat(verified(verdicts, 0).first()).isEqualTo(new Mismatch(0, 0, EnumSet.of(Difference.MISSING)));
        assertThat(verdicts.get(0).targetName()).isEqualTo(topic + "-2");
    }

    @Test
    void shouldNotTurnRedWhileTheTargetIsAway() throws Exception {
        // Given
        int id = mixedTopic();
        target.createTopic(topic, 2);
        target.copy(id, topic, 0, UnaryOperator.identity());
        config = config("127.0.0.1:" + FreePorts.next());

        // When, then
        assertThatThrownBy(() -> verify(false)).isInstanceOf(TargetException.class);
        assertThat(log.query("SELECT count(*) FROM kafka.verified_partitions")).isEqualTo("0");
    }

    /** Two partitions of 50 offsets, with holes. */
    private int mixedTopic() {
        int id = log.createTopic(topic, 2);
        log.append(id, 0, 50);
        log.append(id, 1, 50);
        for (int partition = 0; partition < 2; partition++) {
            log.delete(id, partition, Set.of(5L, 6L, 17L, 30L, 31L)::contains);
        }
        return id;
    }

    private List<Verdict> verify(boolean fromStart) throws SQLException, InterruptedException {
        try (Verification verification = Verification.open(config)) {
            return verification.run(name -> name.equals(topic), fromStart);
        }
    }

    private static Verified verified(List<Verdict> verdicts, int partition) {
        return Objects.requireNonNull(verdicts.get(partition).verified());
    }

    private static LogRow changed(LogRow row) {
        byte[] value = Objects.requireNonNull(row.value()).clone();
        value[0]++;
        return new LogRow(
                row.topicId(), row.partition(), row.offset(), row.timestampMs(), row.key(), value, row.headers());
    }

    private static List<LogRow> with(List<LogRow> rows, int place, LogRow row) {
        List<LogRow> changed = new ArrayList<>(rows);
        if (place < rows.size() && rows.get(place).offset() == row.offset()) {
            changed.set(place, row);
        } else {
            changed.add(place, row);
        }
        return changed;
    }

    private static List<LogRow> without(List<LogRow> rows, int place) {
        List<LogRow> changed = new ArrayList<>(rows);
        changed.remove(place);
        return changed;
    }
}
