package io.tailrace.broker.cleaner;

import static io.tailrace.broker.log.LogFixture.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.broker.log.AppendWaiter;
import io.tailrace.broker.log.LogFixture;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.LogStartOffsets;
import io.tailrace.broker.log.Partition;
import io.tailrace.config.CleanerSettings;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retention by time and by size, and what becomes of the rows. */
class RetentionIT {

    private static final long NOW_MS = 1_700_000_000_000L;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final AtomicLong clockMs = new AtomicLong(NOW_MS);
    private LogFixture log;
    private RetentionRound round;
    private Steps steps;

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        round = round(true);
        steps = new Steps(log.database(), "test-cleaner", 100);
    }

    private RetentionRound round(boolean waitForForwarders) {
        return new RetentionRound(
                log.logStarts(), new Forwarders(waitForForwarders), 100, Duration.ofMinutes(5), clockMs::get);
    }

    @AfterEach
    void stop() {
        steps.close();
        log.close();
    }

    /** One round in which it is time to check everything. */
    private void clean(Partition partition) throws Exception {
        round.clean(partition, steps);
        clockMs.addAndGet(300_000);
        round.clean(partition, steps);
    }

    /** Records that are so many minutes old at the time of the check. */
    private void appendOfAge(Partition partition, int... minutes) throws Exception {
        long atCheck = clockMs.get() + 300_000;
        log.append(
                partition,
                IntStream.of(minutes)
                        .mapToObj(age -> record(atCheck - age * 60_000L, "k", "v"))
                        .toList());
    }

    private long rows() throws SQLException {
        return log.number("SELECT count(*) FROM kafka.messages");
    }

    @Test
    void shouldRemoveThePrefixThatIsTooOld() throws Exception {
        // Given: an old record behind a young one stays
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "600000"));
        appendOfAge(partition, 30, 20, 11, 9, 40, 1);

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(3);
        assertThat(rows()).isEqualTo(3);
        assertThat(log.number("SELECT log_start_offset FROM kafka.partitions")).isEqualTo(3);
    }

    @Test
    void shouldRemoveEverythingThatIsTooOldAndGoOnFromThere() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "1000"));
        appendOfAge(partition, 30, 20, 11);

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(3);
        assertThat(rows()).isZero();
        assertThat(log.append(partition, List.of(record(NOW_MS, "k", "v")))).isEqualTo(3);
    }

    @Test
    void shouldGoByTheTimeOfTheAppendWhereARecordHasNoTimestamp() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "600000"));
        log.append(partition, List.of(record(-1, "k", "v"), record(-1, "k", "v")));
        log.execute("UPDATE kafka.messages SET created_at = to_timestamp(" + NOW_MS / 1000
                + ") - interval '1 hour' WHERE partition_offset = 0");

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(1);
    }

    @Test
    void shouldKeepAtLeastSoManyBytes() throws Exception {
        // Given: 20 bytes each
        Partition partition = log.createPartition("orders", Map.of("retention.bytes", "110", "retention.ms", "-1"));
        log.append(partition, records(10, "0123456789"));

        // When
        clean(partition);

        // Then: 100 would be too few
        assertThat(partition.logStartOffset()).isEqualTo(4);
        assertThat(rows()).isEqualTo(6);
    }

    private static List<SimpleRecord> records(int count, String text) {
        return IntStream.range(0, count)
                .mapToObj(i -> record(NOW_MS, text, text))
                .toList();
    }

    @Test
    void shouldSkipWholeRuns() throws Exception {
        // Given: two and a half runs of 20 bytes a record
        Partition partition = log.createPartition(
                "orders", Map.of("retention.bytes", Integer.toString(20 * 8_000), "retention.ms", "-1"));
        for (int i = 0; i < 25; i++) {
            log.append(partition, records(LogRuns.OFFSETS / 10, "0123456789"));
        }

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(17_000);
        assertThat(rows()).isEqualTo(8_000);
        assertThat(log.query("SELECT start_offset FROM kafka.log_runs")).containsExactly("10000");
    }

    @Test
    void shouldFollowSettingsAsSoonAsTheyChange() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of());
        appendOfAge(partition, 30, 20, 11);
        round.clean(partition, steps);

        // When
        log.alter(partition, Map.of("retention.ms", "1000"));
        round.clean(partition, steps);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(3);
    }

    @Test
    void shouldRemoveNothingWhereTheTopicIsOnlyCompacted() throws Exception {
        // Given
        Partition partition =
                log.createPartition("orders", Map.of("cleanup.policy", "compact", "retention.ms", "1000"));
        appendOfAge(partition, 30, 20, 11);

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isZero();
    }

    @Test
    void shouldWaitForAForwarderThatIsRegistered() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "1000"));
        appendOfAge(partition, 30, 20, 11);
        log.execute("INSERT INTO kafka.forwarders (name) VALUES ('first'), ('second')");
        log.execute("INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)"
                + " VALUES ('first', 1, 0, 2)");

        // When
        clean(partition);
        long beforeAny = partition.logStartOffset();
        log.execute("INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)"
                + " VALUES ('second', 1, 0, 3)");
        clean(partition);

        // Then
        assertThat(beforeAny).isZero();
        assertThat(partition.logStartOffset()).isEqualTo(2);
    }

    @Test
    void shouldNotWaitForAForwarderThatDoesNotForwardThePartition() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "1000"));
        appendOfAge(partition, 30, 20, 11);
        log.execute("INSERT INTO kafka.forwarders (name) VALUES ('first')");
        log.execute("INSERT INTO kafka.forwarder_topics (forwarder, topic_id, target_name, partitions)"
                + " VALUES ('first', 1, 'orders', '{0}')");

        // When
        clean(partition);
        long whileForwarded = partition.logStartOffset();
        log.execute("UPDATE kafka.forwarder_topics SET partitions = '{}'");
        clean(partition);

        // Then
        assertThat(whileForwarded).isZero();
        assertThat(partition.logStartOffset()).isEqualTo(3);
    }

    @Test
    void shouldNotWaitForForwardersIfToldSo() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "1000"));
        appendOfAge(partition, 30, 20, 11);
        log.execute("INSERT INTO kafka.forwarders (name) VALUES ('first')");
        round = round(false);

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(3);
    }

    @Test
    void shouldDeleteTheRowsOfRecordsThatAUserDeleted() throws Exception {
        // Given: DeleteRecords only moves the start, and a forwarder does not hold it back
        Partition partition = log.createPartition("orders", Map.of());
        log.append(partition, records(250, "x"));
        log.execute("INSERT INTO kafka.forwarders (name) VALUES ('first')");
        try (Connection connection = log.database().connect("test")) {
            log.logStarts().advance(connection, partition, 249);
        }

        // When
        round.clean(partition, steps);

        // Then
        assertThat(log.query("SELECT partition_offset FROM kafka.messages")).containsExactly("249");
    }

    @Test
    void shouldFinishWhatACrashLeft() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of());
        log.append(partition, records(250, "x"));
        log.execute("UPDATE kafka.partitions SET log_start_offset = 200");

        // When
        try (LogFixture restarted = new LogFixture(log.address(), 2)) {
            Partition after = restarted.partitions().all().get(0);
            round(true).clean(after, steps);

            // Then
            assertThat(after.logStartOffset()).isEqualTo(200);
            assertThat(rows()).isEqualTo(50);
        }
    }

    @Test
    void shouldNotMoveTheStartOfALogThatAnotherBrokerHasTakenOver() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "1000"));
        appendOfAge(partition, 30);
        log.execute("UPDATE kafka.partitions SET lease_epoch = 2");

        // When
        assertThatThrownBy(() -> clean(partition)).isInstanceOf(NotLeaderOrFollowerException.class);

        // Then
        assertThat(partition.logStartOffset()).isZero();
        assertThat(log.number("SELECT log_start_offset FROM kafka.partitions")).isZero();
    }

    @Test
    void shouldTellWhoWaitsThatTheStartHasMoved() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of());
        log.append(partition, records(3, "x"));
        AtomicInteger told = new AtomicInteger();
        partition.addWaiter(new AppendWaiter() {
            @Override
            public void onAppended(int bytes, boolean stable) {}

            @Override
            public void onLogStartMoved() {
                told.incrementAndGet();
            }

            @Override
            public void onStable() {}

            @Override
            public void onDeleted() {}
        });

        // When
        try (Connection connection = log.database().connect("test")) {
            LogStartOffsets starts = log.logStarts();
            starts.advance(connection, partition, 2);
            starts.advance(connection, partition, 1);
        }

        // Then
        assertThat(told).hasValue(1);
        assertThat(partition.logStartOffset()).isEqualTo(2);
    }

    @Test
    void shouldAskPostgresNothingWhileNothingHappens() throws Exception {
        // Given: a log with records that expire much later
        Partition partition = log.createPartition("orders", Map.of("retention.bytes", "1000"));
        appendOfAge(partition, 1, 0);
        clean(partition);
        steps.close();

        // When: another round is due
        clean(partition);

        // Then: it has not even opened a connection
        assertThat(steps.isBroken()).isTrue();
    }

    @Test
    void shouldCleanByItself() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "1000"));
        log.append(partition, records(5, "x"));

        // When
        try (Cleaner cleaner = new Cleaner(
                log.database(),
                log.partitions(),
                log.logStarts(),
                new CleanerSettings(Duration.ofMillis(50), Duration.ofMillis(50), 2, 50, 1 << 20, true),
                Time.SYSTEM)) {
            // Then
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(rows()).as("with %s", cleaner).isZero());
        }
    }
}
