package io.tailrace.broker.cleaner;

import static io.tailrace.broker.log.LogFixture.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.log.LogFixture;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.StoredRows;
import io.tailrace.broker.log.StoredRows.StoredRecord;
import io.tailrace.local.junit.PostgresExtension;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What compaction does to the rows that hold batches. */
class BatchCompactionIT {

    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int INTERVAL_MS = 15_000;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final AtomicLong clockMs = new AtomicLong(NOW_MS);
    private LogFixture log;
    private CompactionRound round;
    private Steps steps;
    private Partition partition;

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        round = round(1 << 20);
        steps = new Steps(log.database(), "test-cleaner", 100);
        partition = log.createPartition("table", Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0"));
    }

    private CompactionRound round(int dedupeBufferBytes) {
        return new CompactionRound(
                dedupeBufferBytes, new Forwarders(true), 100, Duration.ofMillis(INTERVAL_MS), clockMs::get);
    }

    @AfterEach
    void stop() {
        steps.close();
        log.close();
    }

    private void clean() throws Exception {
        clockMs.addAndGet(INTERVAL_MS);
        round.clean(partition, steps);
    }

    /** Appends "key=value", each a millisecond after the one before. */
    private void append(CompressionType codec, String... records) throws Exception {
        List<SimpleRecord> batch = new ArrayList<>();
        for (String text : records) {
            String[] parts = text.split("=", 2);
            batch.add(record(NOW_MS + partition.highWatermark() + batch.size(), parts[0], parts[1]));
        }
        StoredRows.appendBatch(log, partition, codec, batch);
    }

    private List<String> kept() throws Exception {
        return StoredRows.records(log).stream().map(StoredRecord::toString).toList();
    }

    private List<String> rows() throws Exception {
        return log.query("SELECT partition_offset || '+' || record_count || '@' || timestamp_ms - " + NOW_MS
                + " FROM kafka.messages ORDER BY partition_offset");
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldTakeRecordsOutOfABatchThatKeepsItsOffsets(CompressionType codec) throws Exception {
        // Given
        append(codec, "a=1", "b=1", "c=1");
        append(codec, "c=2", "a=2", "a=3");
        append(codec, "d=1");

        // When
        clean();

        // Then
        assertThat(kept()).containsExactly("1:b=1", "3:c=2", "5:a=3", "6:d=1");
        assertThat(rows()).containsExactly("0+3@1", "3+3@5", "6+1@6");
        assertThat(log.query("SELECT get_byte(batch, 22) & 7 FROM kafka.messages"))
                .containsOnly(Integer.toString(codec.id));
    }

    @Test
    void shouldDeleteABatchOfWhichNothingIsLeft() throws Exception {
        // Given
        append(CompressionType.LZ4, "a=1", "b=1");
        append(CompressionType.LZ4, "b=2", "a=2");

        // When
        clean();

        // Then
        assertThat(rows()).containsExactly("2+2@3");
        assertThat(steps.deletedRows()).isEqualTo(1);
    }

    @Test
    void shouldLeaveTheRowAloneWhereEveryRecordStays() throws Exception {
        // Given
        append(CompressionType.NONE, "a=1", "b=1");
        append(CompressionType.NONE, "c=1", "c=2");
        List<String> before = log.query("SELECT xmin || ',' || ctid FROM kafka.messages ORDER BY partition_offset");

        // When
        clean();

        // Then
        List<String> after = log.query("SELECT xmin || ',' || ctid FROM kafka.messages ORDER BY partition_offset");
        assertThat(after.get(0)).isEqualTo(before.get(0));
        assertThat(after.get(1)).isNotEqualTo(before.get(1));
    }

    @Test
    void shouldCompactABatchOfMoreKeysThanFitInSeveralRounds() throws Exception {
        // Given: room for 38 keys
        round = round(1024);
        String[] records = IntStream.range(0, 200)
                .mapToObj(i -> "k" + i % 100 + "=" + i / 100)
                .toArray(String[]::new);
        append(CompressionType.ZSTD, records);

        // When
        for (int i = 0; i < 8; i++) {
            clean();
        }

        // Then
        assertThat(kept()).hasSize(100).allMatch(record -> record.endsWith("=1"));
        assertThat(rows()).containsExactly("0+200@199");
    }

    @Test
    void shouldTouchOnlyWhatAForwarderHasReadOfABatch() throws Exception {
        // Given
        append(CompressionType.GZIP, "a=1", "a=2", "a=3", "a=4");
        log.execute("INSERT INTO kafka.forwarders (name) VALUES ('f')");
        log.execute("INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)"
                + " VALUES ('f', 1, 0, 2)");

        // When
        clean();
        List<String> first = kept();
        log.execute("UPDATE kafka.forwarder_positions SET next_offset = 4");
        clean();

        // Then
        assertThat(first).containsExactly("1:a=2", "2:a=3", "3:a=4");
        assertThat(kept()).containsExactly("3:a=4");
    }

    @Test
    void shouldCompactABatchWithinWhichTheLogStarts() throws Exception {
        // Given
        append(CompressionType.SNAPPY, "a=1", "b=1", "a=2", "c=1");
        append(CompressionType.SNAPPY, "c=2");
        try (Connection connection = log.database().connect("test")) {
            log.logStarts().advance(connection, partition, 2);
        }

        // When
        clean();

        // Then: of what may still be read
        assertThat(kept()).endsWith("2:a=2", "4:c=2").doesNotContain("3:c=1");
        assertThat(rows()).hasSize(2);
    }

    @Test
    void shouldReadPagesOfLargeBatches() throws Exception {
        // Given: several of them are more than a page
        String large = "x".repeat(900_000);
        for (int i = 0; i < 12; i++) {
            append(CompressionType.NONE, "a" + i % 2 + "=" + large, "b" + i + "=" + large);
        }

        // When
        clean();

        // Then
        assertThat(StoredRows.records(log))
                .extracting(StoredRecord::key)
                .containsExactly("b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "a0", "b10", "a1", "b11");
    }

    @Test
    void shouldNotUndoWhatAnotherCleanerHasDone() throws Exception {
        // Given: a page that was read before another cleaner took a record out of it
        append(CompressionType.NONE, "a=1", "b=1", "c=1");
        CompactionStore.Row read;
        try (Connection connection = log.database().connect("test")) {
            read = CompactionStore.newest(connection, partition, Long.MAX_VALUE).orElseThrow();
        }
        append(CompressionType.NONE, "a=2");
        clean();

        // When
        KeyedRecords records = new KeyedRecords();
        ByteBuffer batch = Objects.requireNonNull(read.batch());
        BitSet second = new BitSet();
        second.set(1);
        try (Connection connection = log.database().connect("test")) {
            CompactionStore.replace(
                    connection,
                    partition,
                    read,
                    batch,
                    records.decode(read, batch).without(second));
        }

        // Then
        assertThat(kept()).containsExactly("1:b=1", "2:c=1", "3:a=2");
    }

    @Test
    void shouldLeaveAloneABatchThatIsDamaged() throws Exception {
        // Given
        append(CompressionType.NONE, "a=1", "a=2", "a=3");
        log.execute("UPDATE kafka.messages SET batch = set_byte(batch, 70, get_byte(batch, 70) # 1)");
        List<String> before = log.query("SELECT md5(batch) FROM kafka.messages");

        // When
        assertThatThrownBy(this::clean).isInstanceOf(CorruptRecordException.class);

        // Then
        assertThat(log.query("SELECT md5(batch) FROM kafka.messages")).isEqualTo(before);
    }
}
