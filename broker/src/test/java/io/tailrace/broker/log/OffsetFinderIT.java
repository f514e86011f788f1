package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Searches by time, against the plain look at every record. */
class OffsetFinderIT {

    private static final int RECORDS = 500;
    private static final int RUN = 50;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final Random random = new Random(11);
    private LogFixture log;
    private OffsetFinder finder;
    private Partition partition;

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
        log.append(partition, batch);
        try (Connection connection = log.address().connect()) {
            for (int start = 0; start + RUN < RECORDS; start += RUN) {
                LogRuns.add(connection, partition, start, start + RUN);
            }
        }
    }

    private void assertEverySearchIsExact() throws SQLException {
        List<FoundOffset> records = new ArrayList<>();
        log.query("SELECT partition_offset || ',' || timestamp_ms FROM kafka.messages WHERE partition_offset >= "
                        + partition.logStartOffset() + " ORDER BY partition_offset")
                .forEach(row -> {
                    String[] parts = row.split(",", 2);
                    records.add(new FoundOffset(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
                });
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

        // When: the rows are still there
        try (Connection connection = log.address().connect()) {
            log.logStarts().advance(connection, partition, 233);
        }

        // Then
        assertEverySearchIsExact();
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
        log.append(
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
}
