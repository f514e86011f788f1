package io.tailrace.broker.cleaner;

import static io.tailrace.broker.log.LogFixture.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.log.LogFixture;
import io.tailrace.broker.log.LogRuns;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.RowShape;
import io.tailrace.broker.log.StoredRows;
import io.tailrace.broker.log.StoredRows.StoredRecord;
import io.tailrace.local.junit.PostgresExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Compaction by Kafka's rules, of rows of either shape. */
@ParameterizedClass
@EnumSource(RowShape.class)
class CompactionIT {

    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int INTERVAL_MS = 15_000;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final RowShape shape;
    private final AtomicLong clockMs = new AtomicLong(NOW_MS);
    private LogFixture log;
    private CompactionRound round;
    private Steps steps;

    CompactionIT(RowShape shape) {
        this.shape = shape;
    }

    @BeforeEach
    void start() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        round = round(1 << 20);
        steps = new Steps(log.database(), "test-cleaner", 100);
    }

    private CompactionRound round(int dedupeBufferBytes) {
        return new CompactionRound(
                dedupeBufferBytes, new Forwarders(true), 3, Duration.ofMillis(INTERVAL_MS), clockMs::get);
    }

    @AfterEach
    void stop() {
        steps.close();
        log.close();
    }

    private Partition createCompacted(String... more) {
        Map<String, String> config = new HashMap<>(Map.of("cleanup.policy", "compact"));
        for (int i = 0; i < more.length; i += 2) {
            config.put(more[i], more[i + 1]);
        }
        return log.createPartition("table", config);
    }

    private void clean(Partition partition) throws Exception {
        clockMs.addAndGet(INTERVAL_MS);
        round.clean(partition, steps);
    }

    /** Appends "key=value" or, for a tombstone, "key". */
    private void append(Partition partition, String... records) throws Exception {
        List<SimpleRecord> batch = new ArrayList<>();
        for (String text : records) {
            String[] parts = text.split("=", 2);
            batch.add(record(clockMs.get(), parts[0], parts.length == 1 ? null : parts[1]));
        }
        shape.append(log, partition, batch);
    }

    private List<String> kept() throws Exception {
        return StoredRows.records(log).stream().map(StoredRecord::toString).toList();
    }

    @Test
    void shouldKeepTheLatestRecordOfEachKey() throws Exception {
        // Given
        Partition partition = createCompacted();
        append(partition, "a=1", "b=1", "a=2", "c=1", "b=2", "a=3");

        // When
        clean(partition);

        // Then
        assertThat(kept()).containsExactly("3:c=1", "4:b=2", "5:a=3");
        assertThat(partition.logStartOffset()).isZero();
    }

    @Test
    void shouldCompactTheCleanPartWithWhatCameLater() throws Exception {
        // Given
        Partition partition = createCompacted();
        append(partition, "a=1", "b=1", "c=1");
        clean(partition);
        append(partition, "b=2", "a=2", "d=1", "d=2");

        // When
        clean(partition);

        // Then
        assertThat(kept()).containsExactly("2:c=1", "3:b=2", "4:a=2", "6:d=2");
    }

    @Test
    void shouldWaitUntilEnoughIsDirty() throws Exception {
        // Given: a third of the bytes
        Partition partition = createCompacted();
        append(partition, "a=1", "b=1", "c=1", "d=1");
        clean(partition);
        append(partition, "a=2", "b=2");

        // When
        clean(partition);
        List<String> before = kept();
        log.alter(partition, Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.3"));
        clean(partition);

        // Then
        assertThat(before).hasSize(6);
        assertThat(kept()).containsExactly("2:c=1", "3:d=1", "4:a=2", "5:b=2");
    }

    @Test
    void shouldCompactWhatIsDirtyForTooLong() throws Exception {
        // Given
        Partition partition = createCompacted("min.cleanable.dirty.ratio", "1.0", "max.compaction.lag.ms", "60000");
        append(partition, "a=1", "a=2");
        clean(partition);
        List<String> before = kept();

        // When
        clockMs.addAndGet(60_000);
        clean(partition);

        // Then
        assertThat(before).hasSize(2);
        assertThat(kept()).containsExactly("1:a=2");
    }

    @Test
    void shouldLeaveAloneWhatIsYoung() throws Exception {
        // Given
        Partition partition = createCompacted("min.compaction.lag.ms", "60000");
        append(partition, "a=1", "a=2");
        clockMs.addAndGet(60_001);
        append(partition, "a=3", "a=4");

        // When: once while the later ones are young, and once afterwards
        clean(partition);
        List<String> first = kept();
        clockMs.addAndGet(60_001);
        clean(partition);

        // Then
        assertThat(first).containsExactly("1:a=2", "2:a=3", "3:a=4");
        assertThat(kept()).containsExactly("3:a=4");
    }

    @Test
    void shouldKeepTombstonesForTheirTimeAndThenRemoveThem() throws Exception {
        // Given
        Partition partition = createCompacted("delete.retention.ms", "3600000");
        append(partition, "a=1", "b=1", "a", "c=1");
        clean(partition);
        List<String> first = kept();

        // When
        clockMs.addAndGet(3_500_000);
        clean(partition);
        List<String> before = kept();
        clockMs.addAndGet(200_000);
        clean(partition);

        // Then
        assertThat(first).containsExactly("1:b=1", "2:a", "3:c=1");
        assertThat(before).isEqualTo(first);
        assertThat(kept()).containsExactly("1:b=1", "3:c=1");
    }

    @Test
    void shouldRememberTombstonesAcrossARestart() throws Exception {
        // Given
        Partition partition = createCompacted("delete.retention.ms", "3600000");
        append(partition, "a=1", "a", "c=1");
        clean(partition);

        // When
        round = round(1 << 20);
        clockMs.addAndGet(3_700_000);
        clean(partition);

        // Then
        assertThat(kept()).containsExactly("2:c=1");
        assertThat(log.query("SELECT clean_offset || ',' || tombstones FROM kafka.compactions"))
                .containsExactly("3,0");
    }

    @Test
    void shouldKeepTheNewestRecordThoughItIsATombstone() throws Exception {
        // Given
        Partition partition = createCompacted("delete.retention.ms", "0");
        append(partition, "a=1", "a");

        // When
        clean(partition);
        clean(partition);

        // Then
        assertThat(kept()).containsExactly("1:a");
    }

    @Test
    void shouldWaitForAForwarder() throws Exception {
        // Given
        Partition partition = createCompacted();
        append(partition, "a=1", "a=2", "a=3");
        log.execute("INSERT INTO kafka.forwarders (name) VALUES ('f')");
        clean(partition);
        List<String> before = kept();

        // When
        log.execute("INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)"
                + " VALUES ('f', 1, 0, 2)");
        clean(partition);

        // Then: of what it has forwarded
        assertThat(before).hasSize(3);
        assertThat(kept()).containsExactly("1:a=2", "2:a=3");
    }

    @Test
    void shouldTellLongKeysApart() throws Exception {
        // Given: more than stand for themselves, and one that is only a little shorter
        Partition partition = createCompacted();
        String key = "k".repeat(100);
        append(partition, key + "a=1", key + "b=1", key + "a=2", key.substring(36) + "=1", key.substring(35) + "=1");

        // When
        clean(partition);

        // Then
        assertThat(StoredRows.records(log)).extracting(StoredRecord::offset).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void shouldNeedSeveralRoundsForMoreKeysThanFit() throws Exception {
        // Given: room for 38 keys
        Partition partition = createCompacted("min.cleanable.dirty.ratio", "0");
        round = round(1024);
        for (int pass = 0; pass < 2; pass++) {
            for (int key = 0; key < 100; key++) {
                append(partition, "k" + key + "=" + pass);
            }
        }

        // When
        for (int i = 0; i < 8; i++) {
            clean(partition);
        }

        // Then
        assertThat(kept()).hasSize(100).allMatch(record -> record.endsWith("=1"));
    }

    @Test
    void shouldKeepWhatAMapKeepsWhileItIsProducedTo() throws Exception {
        // Given: more than a run, so that what is noted of runs must follow
        Partition partition = createCompacted("delete.retention.ms", "0", "min.cleanable.dirty.ratio", "0.1");
        round = new CompactionRound(1 << 20, new Forwarders(true), 500, Duration.ofMillis(INTERVAL_MS), clockMs::get);
        RetentionRound runs =
                new RetentionRound(log.logStarts(), new Forwarders(true), 1000, Duration.ofMinutes(5), clockMs::get);
        Random random = new Random(7);
        Map<String, @Nullable String> latest = new HashMap<>();

        // When
        for (int batch = 0; batch < 30; batch++) {
            List<SimpleRecord> records = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                String key = "k" + random.nextInt(300);
                String value = random.nextInt(10) == 0 ? null : "v" + batch + "." + i;
                latest.put(key, value);
                records.add(record(clockMs.get(), key, value));
            }
            shape.append(log, partition, records);
            runs.clean(partition, steps);
            if (batch % 4 == 3) {
                clean(partition);
            }
        }
        latest.put("last", "v");
        append(partition, "last=v");
        log.alter(
                partition,
                Map.of("cleanup.policy", "compact", "delete.retention.ms", "0", "min.cleanable.dirty.ratio", "0"));
        clean(partition);
        clean(partition);

        // Then
        assertThat(StoredRows.records(log).stream().map(record -> record.key() + "=" + record.value()))
                .containsExactlyInAnyOrderElementsOf(latest.entrySet().stream()
                        .filter(entry -> entry.getValue() != null)
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
        assertThat(log.number("SELECT coalesce(sum(r.bytes), 0) FROM kafka.log_runs r"))
                .isEqualTo(log.number("SELECT coalesce(sum(" + LogRuns.ROW_BYTES
                        + "), 0) FROM kafka.messages WHERE partition_offset < " + 3 * LogRuns.OFFSETS));
    }

    @Test
    void shouldAskPostgresNothingWhileNothingHappens() throws Exception {
        // Given
        Partition partition = createCompacted();
        append(partition, "a=1", "a=2", "b=1");
        clean(partition);
        steps.close();

        // When
        clean(partition);

        // Then
        assertThat(steps.isBroken()).isTrue();
    }
}
