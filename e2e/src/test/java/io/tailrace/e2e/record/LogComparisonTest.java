package io.tailrace.e2e.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class LogComparisonTest {

    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    @Test
    void shouldFindNothingInAnIdenticalLog() {
        assertThat(compare(3, 0, 1, 2).isIdentical()).isTrue();
    }

    @Test
    void shouldNameWhatIsLost() {
        // When
        LogComparison comparison = compare(3, 0, 1);

        // Then
        assertThat(comparison.lost()).hasSize(1).first().asString().contains("record 2");
        assertThat(comparison.outOfOrder()).isEmpty();
    }

    @Test
    void shouldCountARewindAndItsDuplicates() {
        // When
        LogComparison comparison = compare(5, 0, 1, 2, 3, 1, 2, 3, 4);

        // Then
        assertThat(comparison.isComplete()).isTrue();
        assertThat(comparison.rewinds()).containsExactly(new Rewind(PARTITION, 4, 3));
        assertThat(comparison.duplicates()).isEqualTo(3);
    }

    @Test
    void shouldNotTakeAChangedOrderForARewind() {
        // When
        LogComparison comparison = compare(3, 0, 2, 1);

        // Then
        assertThat(comparison.outOfOrder()).hasSize(1);
        assertThat(comparison.isComplete()).isFalse();
    }

    @Test
    void shouldNotAcceptAChangedRecord() {
        assertThat(compare(2, 0, 7, 1).foreign()).hasSize(1);
    }

    private static LogComparison compare(int sentCount, int... storedIndexes) {
        PartitionLogs sent = new PartitionLogs();
        for (int i = 0; i < sentCount; i++) {
            sent.add(PARTITION, record(i));
        }
        List<StoredRecord> stored = new ArrayList<>();
        for (int index : storedIndexes) {
            stored.add(new StoredRecord(stored.size(), record(index)));
        }
        return LogComparison.of(sent, Map.of(PARTITION, stored));
    }

    private static LogRecord record(int number) {
        return new LogRecord(
                null, Bytes.wrap(Integer.toString(number).getBytes(StandardCharsets.UTF_8)), List.of(), 1000 + number);
    }
}
