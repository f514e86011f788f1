package io.tailrace.broker.log.recent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentBatchesTest {

    private final RecentMemory memory = new RecentMemory(64 * 1024);
    private final RecentBatches recent = new RecentBatches(memory);

    private static ByteBuffer batch(long baseOffset, int count, int valueBytes) {
        SimpleRecord[] records = IntStream.range(0, count)
                .mapToObj(i -> new SimpleRecord("v".repeat(valueBytes).getBytes(StandardCharsets.UTF_8)))
                .toArray(SimpleRecord[]::new);
        return MemoryRecords.withRecords(baseOffset, Compression.NONE, records).buffer();
    }

    /** Returns the batch's size. */
    private static int reserve(RecentBatches where, long baseOffset, int count, int valueBytes) {
        ByteBuffer bytes = batch(baseOffset, count, valueBytes);
        int size = bytes.remaining();
        ByteBuffer room = where.reserve(baseOffset, baseOffset + count, size);
        if (room != null) {
            assertThat(room.remaining()).isEqualTo(size);
            room.put(bytes);
        }
        return size;
    }

    private static List<Long> baseOffsets(@Nullable MemoryRecords records) {
        List<Long> offsets = new ArrayList<>();
        if (records != null) {
            for (RecordBatch batch : records.batches()) {
                batch.ensureValid();
                offsets.add(batch.baseOffset());
            }
        }
        return offsets;
    }

    @Test
    void shouldGiveNothingBeforeTheCommit() {
        // Given
        reserve(recent, 10, 5, 10);

        // Then
        assertThat(recent.read(10, 15, 1000)).isNull();
        recent.publish();
        assertThat(baseOffsets(recent.read(10, 15, 1000))).containsExactly(10L);
    }

    @Test
    void shouldGiveWholeBatchesFromTheOneThatHoldsTheOffset() {
        // Given
        int size = reserve(recent, 10, 5, 10);
        reserve(recent, 15, 5, 10);
        reserve(recent, 20, 5, 10);
        recent.publish();

        // Then
        assertThat(baseOffsets(recent.read(17, 25, 10_000))).containsExactly(15L, 20L);
        assertThat(baseOffsets(recent.read(17, 20, 10_000))).containsExactly(15L);
        assertThat(baseOffsets(recent.read(10, 25, 2 * size))).containsExactly(10L, 15L);
        assertThat(baseOffsets(recent.read(10, 25, 1))).containsExactly(10L);
        assertThat(recent.read(9, 25, 10_000)).isNull();
        assertThat(recent.read(25, 30, 10_000)).isNull();
        assertThat(recent.read(12, 13, 10_000)).isNull();
    }

    @Test
    void shouldForgetWhatWasNotCommitted() {
        // Given: a group that failed, and another one in its place
        reserve(recent, 10, 5, 10);
        recent.publish();
        reserve(recent, 15, 5, 10);
        recent.discard();
        reserve(recent, 15, 2, 10);
        recent.publish();

        // Then
        assertThat(baseOffsets(recent.read(10, 17, 10_000))).containsExactly(10L, 15L);
        assertThat(recent.read(17, 20, 10_000)).isNull();
    }

    @Test
    void shouldForgetAGroupThatBeginsAnew() {
        // Given: nobody said that the first one failed
        reserve(recent, 10, 5, 10);
        reserve(recent, 10, 3, 10);
        recent.publish();

        // Then
        assertThat(baseOffsets(recent.read(10, 13, 10_000))).containsExactly(10L);
        assertThat(recent.read(13, 15, 10_000)).isNull();
    }

    @Test
    void shouldHoldWhatDoesNotFollow() {
        // Given: others have written in between
        reserve(recent, 10, 5, 10);
        reserve(recent, 40, 5, 10);
        recent.publish();

        // Then
        assertThat(recent.read(15, 45, 10_000)).isNull();
        assertThat(baseOffsets(recent.read(40, 45, 10_000))).containsExactly(40L);
    }

    @Test
    void shouldMakeRoomWithTheOldestOfAllPartitions() {
        // Given
        RecentBatches busy = new RecentBatches(memory);
        reserve(recent, 0, 1, 100);
        recent.publish();
        long offset = 0;

        // When
        for (int i = 0; i < 200; i++) {
            reserve(busy, offset, 1, 1000);
            busy.publish();
            offset++;
        }

        // Then
        assertThat(memory.bytes()).isLessThanOrEqualTo(64 * 1024);
        assertThat(recent.read(0, 1, 1000)).isNull();
        assertThat(busy.read(0, offset, 1000)).isNull();
        assertThat(baseOffsets(busy.read(offset - 1, offset, 1000))).containsExactly(offset - 1);
    }

    @Test
    void shouldKeepNoBatchThatIsLargerThanTheMemory() {
        // When
        reserve(recent, 0, 1, 100_000);
        reserve(recent, 1, 1, 100);
        recent.publish();

        // Then
        assertThat(recent.read(0, 2, 1_000_000)).isNull();
        assertThat(baseOffsets(recent.read(1, 2, 1000))).containsExactly(1L);
        assertThat(memory.bytes()).isLessThanOrEqualTo(64 * 1024);
    }

    @Test
    void shouldGiveItsMemoryBack() {
        // Given
        reserve(recent, 0, 1, 100);
        recent.publish();
        MemoryRecords underWay = recent.read(0, 1, 1000);

        // When
        recent.clear();

        // Then
        assertThat(memory.bytes()).isZero();
        assertThat(recent.read(0, 1, 1000)).isNull();
        assertThat(baseOffsets(underWay)).containsExactly(0L);
    }

    @Test
    void shouldCountWhatWasReadAndForWhatPostgresWasAsked() {
        // Given
        reserve(recent, 0, 1, 100);
        recent.publish();

        // When
        recent.read(0, 1, 1000);
        recent.read(5, 6, 1000);
        recent.onMissed();

        // Then
        assertThat(memory.hits()).isEqualTo(1);
        assertThat(memory.misses()).isEqualTo(1);
    }

    @Test
    void shouldHoldNothingThatWasNotPublishedWhateverHappens() {
        // Given
        Random random = new Random(11);
        List<Long> published = new ArrayList<>();
        long next = 0;
        for (int group = 0; group < 500; group++) {
            List<Long> reserved = new ArrayList<>();
            long offset = next;
            for (int i = random.nextInt(4); i >= 0; i--) {
                int count = 1 + random.nextInt(5);
                reserve(recent, offset, count, random.nextInt(2000));
                reserved.add(offset);
                offset += count;
            }
            if (random.nextInt(3) == 0) {
                recent.discard();
            } else {
                recent.publish();
                published.addAll(reserved);
                next = offset;
            }

            // Then
            long start = next == 0 ? 0 : Math.max(0, next - 1 - random.nextInt(20));
            assertThat(published).containsAll(baseOffsets(recent.read(start, next, 20_000)));
            if (next > 0) {
                assertThat(recent.read(next - 1, next, 1)).isNotNull();
            }
        }
    }

    @Test
    void shouldForgetWhatIsBelowAnOffset() {
        // Given
        for (int i = 0; i < 40; i++) {
            reserve(recent, i, 1, 1000);
            recent.publish();
        }

        // When
        recent.forgetBelow(20);

        // Then
        assertThat(recent.read(19, 40, 1000)).isNull();
        assertThat(baseOffsets(recent.read(39, 40, 1000))).containsExactly(39L);
    }

    @Test
    void shouldForgetWhatIsReserved() {
        // Given
        reserve(recent, 0, 1, 10);
        recent.publish();
        reserve(recent, 1, 1, 10);

        // When
        recent.forgetBelow(1);
        reserve(recent, 2, 1, 10);
        recent.publish();

        // Then
        assertThat(recent.read(1, 3, 1000)).isNull();
        assertThat(baseOffsets(recent.read(2, 3, 1000))).containsExactly(2L);
    }
}
