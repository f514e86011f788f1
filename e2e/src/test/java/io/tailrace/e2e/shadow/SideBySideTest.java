package io.tailrace.e2e.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SideBySideTest {

    private static final StoredRecord A1 = record(1, "a", "1");
    private static final StoredRecord B1 = record(2, "b", "1");
    private static final StoredRecord A2 = record(3, "a", "2");
    private static final StoredRecord NO_B = record(4, "b", null);

    @Test
    void shouldFindRecordsEqualWhateverTheirOffsets() {
        StoredRecord moved = new StoredRecord(7, B1.content());
        assertThat(sides(List.of(A1, B1), List.of(A1, moved)).difference()).isEmpty();
    }

    @Test
    void shouldFindWhatIsMissingExtraOrInAnotherOrder() {
        assertThat(sides(List.of(A1, B1), List.of(A1)).difference()).isPresent();
        assertThat(sides(List.of(A1), List.of(A1, B1)).difference()).isPresent();
        assertThat(sides(List.of(A1, B1), List.of(B1, A1)).difference()).isPresent();
    }

    @Test
    void shouldAllowForWhatCompactionTookFromTheLog() {
        List<StoredRecord> all = List.of(A1, B1, A2, NO_B);
        assertThat(sides(List.of(A2, NO_B), all).differenceAfterCompaction()).isEmpty();
        assertThat(sides(List.of(A2), all).differenceAfterCompaction()).isEmpty();
        assertThat(sides(all, all).differenceAfterCompaction()).isEmpty();
    }

    @Test
    void shouldFindWhatCompactionMayNotHaveTaken() {
        List<StoredRecord> all = List.of(A1, B1, A2, NO_B);
        assertThat(sides(List.of(A1, NO_B), all).differenceAfterCompaction()).isPresent();
        assertThat(sides(List.of(A2, NO_B), List.of(A1, A2)).differenceAfterCompaction())
                .isPresent();
        assertThat(sides(List.of(A2, B1), List.of(B1, A2)).differenceAfterCompaction())
                .isPresent();
    }

    private static SideBySide sides(List<StoredRecord> log, List<StoredRecord> target) {
        return new SideBySide(new TopicPartition("profiles", 0), log, target);
    }

    private static StoredRecord record(long offset, String key, @Nullable String value) {
        return new StoredRecord(
                offset, new LogRecord(bytes(key), value == null ? null : bytes(value), List.of(), offset));
    }

    private static Bytes bytes(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
