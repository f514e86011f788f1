package io.tailrace.broker.cleaner;

import static io.tailrace.broker.log.LogFixture.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.log.LogFixture;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.StoredRows;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retention of rows that hold batches, beside rows that are records. */
@Timeout(120)
class BatchRetentionIT {

    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int STEP_ROWS = 2;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final AtomicLong clockMs = new AtomicLong(NOW_MS);
    private LogFixture log;
    private RetentionRound round;
    private Steps steps;

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        round = round(log);
        steps = new Steps(log.database(), "test-cleaner", 100);
    }

    private RetentionRound round(LogFixture of) {
        return new RetentionRound(of.logStarts(), new Forwarders(true), STEP_ROWS, Duration.ofMinutes(5), clockMs::get);
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

    private List<SimpleRecord> ofAge(int... minutes) {
        long atCheck = clockMs.get() + 300_000;
        return IntStream.of(minutes)
                .mapToObj(age -> record(atCheck - age * 60_000L, "k", "v"))
                .toList();
    }

    private void appendBatch(Partition partition, List<SimpleRecord> records) throws Exception {
        StoredRows.appendBatch(log, partition, CompressionType.NONE, records);
    }

    private void deleteRecords(Partition partition, long before) throws Exception {
        try (Connection connection = log.database().connect("test")) {
            log.logStarts().advance(connection, partition, before);
        }
    }

    private List<String> rows() throws Exception {
        return log.query(
                "SELECT partition_offset || '+' || record_count FROM kafka.messages ORDER BY partition_offset");
    }

    @Test
    void shouldExpireABatchWithItsLatestRecord() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "600000"));
        appendBatch(partition, ofAge(30, 20));
        log.append(partition, ofAge(25, 15));
        appendBatch(partition, ofAge(12, 5, 11));
        appendBatch(partition, ofAge(40));

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(4);
        assertThat(rows()).containsExactly("4+3", "7+1");
    }

    @Test
    void shouldGoByTheTimeOfTheAppendWhereNoRecordHasATimestamp() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "600000"));
        appendBatch(partition, List.of(record(-1, "k", "v"), record(-1, "k", "v")));
        appendBatch(partition, List.of(record(-1, "k", "v"), record(-1, "k", "v")));
        log.execute("UPDATE kafka.messages SET created_at = to_timestamp(" + NOW_MS / 1000
                + ") - interval '1 hour' WHERE partition_offset = 0");

        // When
        clean(partition);

        // Then
        assertThat(partition.logStartOffset()).isEqualTo(2);
    }

    @Test
    void shouldKeepWholeBatchesOfAtLeastSoManyBytes() throws Exception {
        // Given: batches of 10 records
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "-1"));
        for (int i = 0; i < 4; i++) {
            appendBatch(partition, Collections.nCopies(10, record(NOW_MS, "0123456789", "0123456789")));
        }
        long batchBytes = log.number("SELECT octet_length(batch) FROM kafka.messages LIMIT 1");

        // When: two batches would be too few
        log.alter(partition, Map.of("retention.ms", "-1", "retention.bytes", Long.toString(2 * batchBytes + 1)));
        clean(partition);
        long atLeast = partition.logStartOffset();
        log.alter(partition, Map.of("retention.ms", "-1", "retention.bytes", Long.toString(2 * batchBytes)));
        clean(partition);

        // Then
        assertThat(atLeast).isEqualTo(10);
        assertThat(partition.logStartOffset()).isEqualTo(20);
        assertThat(rows()).containsExactly("20+10", "30+10");
    }

    @Test
    void shouldStopBeforeTheBatchThatAForwarderIsIn() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "1000"));
        appendBatch(partition, ofAge(30, 30, 30));
        appendBatch(partition, ofAge(30, 30, 30));
        log.execute("INSERT INTO kafka.forwarders (name) VALUES ('f')");
        log.execute("INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)"
                + " VALUES ('f', 1, 0, 5)");

        // When
        clean(partition);
        long whileIn = partition.logStartOffset();
        log.execute("UPDATE kafka.forwarder_positions SET next_offset = 6");
        clean(partition);

        // Then
        assertThat(whileIn).isEqualTo(3);
        assertThat(partition.logStartOffset()).isEqualTo(6);
        assertThat(rows()).isEmpty();
    }

    @Test
    void shouldKeepTheRowOfABatchUntilAUserHasDeletedAllOfIt() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "-1"));
        for (int i = 0; i < 5; i++) {
            appendBatch(partition, ofAge(1, 1, 1, 1));
        }

        // When: within a batch, further within it, and to its end
        deleteRecords(partition, 9);
        round.clean(partition, steps);
        List<String> first = rows();
        deleteRecords(partition, 11);
        round.clean(partition, steps);
        List<String> second = rows();
        deleteRecords(partition, 12);
        round.clean(partition, steps);

        // Then
        assertThat(first).containsExactly("8+4", "12+4", "16+4");
        assertThat(second).isEqualTo(first);
        assertThat(rows()).containsExactly("12+4", "16+4");
    }

    @Test
    void shouldExpireTheRestOfABatchWithinWhichTheLogStarts() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "600000"));
        appendBatch(partition, ofAge(30, 30, 30, 30));
        appendBatch(partition, ofAge(4, 30, 30, 30));
        deleteRecords(partition, 2);

        // When: the second time the record that keeps the batch is not to be read any more
        clean(partition);
        long first = partition.logStartOffset();
        deleteRecords(partition, 5);
        clean(partition);
        List<String> whileYoung = rows();
        clockMs.addAndGet(600_000);
        clean(partition);

        // Then
        assertThat(first).isEqualTo(4);
        assertThat(whileYoung).containsExactly("4+4");
        assertThat(partition.logStartOffset()).isEqualTo(8);
        assertThat(rows()).isEmpty();
    }

    @Test
    void shouldFinishWhatACrashLeft() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", Map.of());
        for (int i = 0; i < 5; i++) {
            appendBatch(partition, ofAge(1, 1, 1, 1));
        }
        log.execute("UPDATE kafka.partitions SET log_start_offset = 14");

        // When
        try (LogFixture restarted = new LogFixture(log.address(), 2)) {
            Partition after = restarted.partitions().all().get(0);
            round(restarted).clean(after, steps);

            // Then
            assertThat(after.logStartOffset()).isEqualTo(14);
            assertThat(rows()).containsExactly("12+4", "16+4");
        }
    }

    @Test
    void shouldCountABatchThatReachesOverTheEndOfARunOnce() throws Exception {
        // Given: batches of 700 records; the last of a run reaches into the next
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "-1"));
        int batches = 35;
        for (int i = 0; i < batches; i++) {
            appendBatch(partition, Collections.nCopies(700, record(NOW_MS + i, "k", "v")));
        }
        long batchBytes = log.number("SELECT max(octet_length(batch)) FROM kafka.messages");

        // When
        round.clean(partition, steps);
        long inRuns = log.number("SELECT sum(bytes) FROM kafka.log_runs");
        log.alter(partition, Map.of("retention.ms", "-1", "retention.bytes", Long.toString(10 * batchBytes)));
        clean(partition);

        // Then: batches 0 to 28 begin in the first two runs
        assertThat(inRuns).isEqualTo(29 * batchBytes);
        assertThat(partition.logStartOffset()).isEqualTo((batches - 10) * 700L);
        assertThat(rows()).hasSize(10);
        assertThat(log.query("SELECT start_offset FROM kafka.log_runs"))
                .containsExactly(Integer.toString(LogRuns.OFFSETS));
    }

    @Test
    void shouldDeleteLargeBatchesInSmallSteps() throws Exception {
        // Given: 50 MB, of which a step takes 32 and what its last row has more
        Partition partition = log.createPartition("orders", Map.of("retention.ms", "-1"));
        String large = "x".repeat(10 << 20);
        for (int i = 0; i < 5; i++) {
            appendBatch(partition, List.of(record(NOW_MS, "k", large)));
        }
        deleteRecords(partition, 5);
        ExpiredRows expired = new ExpiredRows(partition, 100);

        // When
        int first;
        int second;
        try (Connection connection = log.database().connect("test")) {
            first = expired.step(connection);
            second = expired.step(connection);
        }

        // Then
        assertThat(first).isEqualTo(4);
        assertThat(second).isEqualTo(1);
        assertThat(expired.isLeft()).isFalse();
    }
}
