package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches by time, against the plain look at every record. */
@ParameterizedClass
@EnumSource(RowShape.class)
class OffsetFinderIT {

    private static final int RECORDS = 500;
    private static final int RUN = 50;

    /** Batches of which some reach over the end of a run, and a few over a whole one. */
    private static final int LONGEST_BATCH = 130;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final RowShape shape;
    private final Random random = new Random(11);
    private LogFixture log;
    private OffsetFinder finder;
    private Partition partition;

    OffsetFinderIT(RowShape shape) {
        this.shape = shape;
    }

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        finder = new OffsetFinder(log.database().generalPool());
        partition = log.createPartition("orders", Map.of());
    }

    @AfterEach
    void stop() {
        log.close();
    }

    /** Timestamps that grow on the whole but not from record to record; the last records belong to no run. */
    private void appendWithRuns() throws Exception {
        List<SimpleRecord> batch = IntStream.range(0, RECORDS)
                .mapToObj(i -> LogFixture.record(1000 + 2L * i + random.nextInt(60), "k", "v"))
                .toList();
        for (int from = 0; from < RECORDS; from = (int) partition.highWatermark()) {
            shape.append(
                    log, partition, batch.subList(from, Math.min(RECORDS, from + 1 + random.nextInt(LONGEST_BATCH))));
        }
        try (Connection connection = log.address().connect()) {
            for (int start = 0; start + RUN < RECORDS; start += RUN) {
                LogRuns.add(connection, partition, start, start + RUN);
            }
        }
    }

    private void assertEverySearchIsExact() throws SQLException {
        List<FoundOffset> records = StoredRows.records(log).stream()
                .filter(record -> record.offset() >= partition.logStartOffset())
                .map(record -> new FoundOffset(record.offset(), record.timestampMs()))
                .toList();
        for (long time = 990; time < 1000 + 2 * RECORDS + 70; time += 7) {
            long from = time;
            Optional<FoundOffset> expected = records.stream()
                    .filter(record -> record.timestampMs() >= from)
                    .findFirst();
            assertThat(finder.firstAtOrAfter(partition, time, partition.highWatermark()))
                    .as("at %s", time)
                    .isEqualTo(expected);
        }
        Optional<FoundOffset> max =
                records.stream().reduce((left, right) -> right.timestampMs() > left.timestampMs() ? right : left);
        assertThat(finder.maxTimestamp(partition)).isEqualTo(max);
    }

    @Test
    void shouldFindWhatALookAtEveryRecordFinds() throws Exception {
        // When
        appendWithRuns();

        // Then
        assertEverySearchIsExact();
    }

    @Test
    void shouldFindItWhereRecordsWereDeletedSinceTheRunsWereNoted() throws Exception {
        // Given
        appendWithRuns();

        // When: at random, a whole run, and the greatest
        log.execute("DELETE FROM kafka.messages WHERE hashint8(partition_offset) % 3 = 0"
                + " OR partition_offset BETWEEN 100 AND 170"
                + " OR timestamp_ms = (SELECT max(timestamp_ms) FROM kafka.messages)");

        // Then
        assertEverySearchIsExact();
    }

    @Test
    void shouldFindNothingBelowTheStartOfTheLog() throws Exception {
        // Given
        appendWithRuns();

        for (int start = 33; start < RECORDS; start += 150) {
            // When: the rows are still there
            try (Connection connection = log.address().connect()) {
                log.logStarts().advance(connection, partition, start);
            }

            // Then
            assertEverySearchIsExact();
        }
    }

    @Test
    void shouldFindItWithoutAnyRun() throws Exception {
        // Given
        appendWithRuns();

        // When
        log.execute("DELETE FROM kafka.log_runs");

        // Then
        assertEverySearchIsExact();
    }

    @Test
    void shouldFindNothingInAnEmptyLog() throws Exception {
        // Then
        assertThat(finder.firstAtOrAfter(partition, 0, partition.highWatermark()))
                .isEmpty();
        assertThat(finder.maxTimestamp(partition)).isEmpty();
    }

    @Test
    void shouldFindTheFirstOfSeveralWithTheGreatestTimestamp() throws Exception {
        // Given: in a run and in the rest
        shape.append(
                log,
                partition,
                IntStream.range(0, 30)
                        .mapToObj(i -> LogFixture.record(i % 10, "k", "v"))
                        .toList());

        // When
        try (Connection connection = log.address().connect()) {
            LogRuns.add(connection, partition, 0, 5);
            LogRuns.add(connection, partition, 5, 20);
        }

        // Then
        assertThat(finder.maxTimestamp(partition)).contains(new FoundOffset(9, 9));
    }

    @Test
    void shouldFindNoGreatestTimestampWhereNoRecordHasOne() throws Exception {
        // Given
        shape.append(log, partition, List.of(LogFixture.record(-1, "k", "v"), LogFixture.record(-1, "k", "v")));

        // Then
        assertThat(finder.maxTimestamp(partition)).isEmpty();
        assertThat(finder.firstAtOrAfter(partition, 0, partition.highWatermark()))
                .isEmpty();
    }

    @Test
    void shouldSearchTheRestOfABatchWithinWhichTheLogStarts() throws Exception {
        // Given: what is latest comes first
        shape.append(
                log,
                partition,
                IntStream.range(0, 30)
                        .mapToObj(i -> LogFixture.record(100 - i, "k", "v"))
                        .toList());

        // When
        try (Connection connection = log.address().connect()) {
            log.logStarts().advance(connection, partition, 5);
        }

        // Then
        assertThat(finder.maxTimestamp(partition)).contains(new FoundOffset(5, 95));
        assertThat(finder.firstAtOrAfter(partition, 90, partition.highWatermark()))
                .contains(new FoundOffset(5, 95));
        assertThat(finder.firstAtOrAfter(partition, 96, partition.highWatermark()))
                .isEmpty();
    }

    @Test
    void shouldFindTheFirstRecordThatMayBeReadOfABatchWithTheTimeOfItsAppend() throws Exception {
        // Given
        StoredRows.append(
                log,
                partition,
                StoredRows.withLogAppendTime(
                        StoredRows.batch(
                                0, CompressionType.LZ4, Collections.nCopies(10, LogFixture.record(7, "k", "v"))),
                        5000));

        // When
        try (Connection connection = log.address().connect()) {
            log.logStarts().advance(connection, partition, 4);
        }

        // Then
        assertThat(finder.firstAtOrAfter(partition, 8, partition.highWatermark()))
                .contains(new FoundOffset(4, 5000));
        assertThat(finder.maxTimestamp(partition)).contains(new FoundOffset(4, 5000));
    }

    @Test
    void shouldSayThatABatchIsDamaged() throws Exception {
        // Given
        StoredRows.appendBatch(log, partition, CompressionType.NONE, List.of(LogFixture.record(7, "k", "v")));

        // When
        log.execute("UPDATE kafka.messages SET batch = set_byte(batch, 65, get_byte(batch, 65) # 1)");

        // Then
        assertThatThrownBy(() -> finder.firstAtOrAfter(partition, 1, partition.highWatermark()))
                .isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> finder.maxTimestamp(partition)).isInstanceOf(CorruptRecordException.class);
    }
}
