package io.tailrace.forwarder.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.decode.BatchHeader;
import io.tailrace.forwarder.decode.Batches;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.LogRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In which order batches go, and what becomes of them when the target does not take one. */
final class PartitionBatchesTest {
    private static final Node NODE = new Node(1, "localhost", 9092);
    private static final TargetNetwork.Leader LEADER = new TargetNetwork.Leader(NODE, 4, Uuid.randomUuid());
    private static final long LINGER_NS = 0;
    private static final long NOW = 1_000;
    private static final ProducerIdentity IDENTITY = new ProducerIdentity(77, (short) 3);

    private final PartitionBatches partition = new PartitionBatches(new TopicPartition("t", 0));
    private final List<String> arrivals = new ArrayList<>();

    PartitionBatchesTest() {
        partition.begin(100, IDENTITY);
    }

    private final class Noted implements Arrival {
        private final long offset;

        Noted(long offset) {
            this.offset = offset;
        }

        @Override
        public void onAcknowledged(long targetOffset) {
            arrivals.add(offset + " at " + targetOffset);
        }

        @Override
        public void onRefused(Exception reason) {
            arrivals.add(offset + " refused");
        }

        @Override
        public void onRefusedAsWhole(Exception reason) {
            arrivals.add(offset + " refused as a whole");
        }

        @Override
        public void onDiscarded() {
            arrivals.add(offset + " discarded");
        }
    }

    /** A batch for each: the limit of a byte is reached by one record. */
    private void append(long... offsets) {
        for (long offset : offsets) {
            partition.append(record(offset), Compression.NONE, 1, NOW);
        }
    }

    private OutgoingRecord record(long offset) {
        return new OutgoingRecord(new LogRow(1, 0, offset, 5, null, new byte[] {1}, List.of()), new Noted(offset));
    }

    private @Nullable TargetBatch take() {
        return partition.take(LEADER, NOW, LINGER_NS);
    }

    private TargetBatch taken() {
        return Objects.requireNonNull(take());
    }

    /** The first one is acknowledged, so that the broker knows the producer. */
    private void getKnown() {
        append(0);
        partition.onAcknowledged(taken(), 100, NOW);
        arrivals.clear();
    }

    @Test
    void shouldGiveEachRecordTheSequenceOfItsOffsetOnTheTarget() {
        // Given
        partition.append(record(0), Compression.NONE, 10_000, NOW);
        partition.append(record(1), Compression.NONE, 10_000, NOW);

        // When
        RecordBatch batch = taken().close().batches().iterator().next();

        // Then
        assertThat(batch.producerId()).isEqualTo(77);
        assertThat(batch.producerEpoch()).isEqualTo((short) 3);
        assertThat(batch.baseSequence()).isEqualTo(100);
        assertThat(batch.lastSequence()).isEqualTo(101);
    }

    @Test
    void shouldWrapSequencesAroundAsKafkaDoes() {
        assertThat(ProducerIdentity.sequence(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThat(ProducerIdentity.sequence(Integer.MAX_VALUE + 1L)).isZero();
    }

    @Test
    void shouldSendTheFirstBatchAloneAndThenFiveAtATime() {
        // Given
        append(LongStream.range(0, 10).toArray());

        // When
        TargetBatch first = taken();
        TargetBatch early = take();
        partition.onAcknowledged(first, 100, NOW);
        List<TargetBatch> then = new ArrayList<>();
        for (TargetBatch batch = take(); batch != null; batch = take()) {
            then.add(batch);
        }

        // Then
        assertThat(early).isNull();
        assertThat(then).extracting(TargetBatch::baseOffset).containsExactly(101L, 102L, 103L, 104L, 105L);
        assertThat(arrivals).containsExactly("0 at 100");
    }

    @Test
    void shouldSendAgainInOrderWhenAllAnswersAreThere() {
        // Given
        getKnown();
        append(1, 2);
        TargetBatch first = taken();
        TargetBatch second = taken();

        // When
        partition.onFailed(first, NOW);
        TargetBatch early = take();
        partition.onOutOfOrder(second, NOW);
        TargetBatch again = taken();
        TargetBatch tooMany = take();

        // Then
        assertThat(early).isNull();
        assertThat(again).isSameAs(first);
        assertThat(tooMany).isNull();
        assertThat(arrivals).isEmpty();
        assertThat(partition.isBegun()).isTrue();
    }

    @Test
    void shouldBeLostWhenTheOldestBatchIsOutOfOrder() {
        // Given
        getKnown();
        append(1, 2, 3);
        TargetBatch first = taken();
        TargetBatch second = taken();

        // When
        partition.onOutOfOrder(first, NOW);
        List<String> early = List.copyOf(arrivals);
        partition.onOutOfOrder(second, NOW);

        // Then
        assertThat(early).isEmpty();
        assertThat(arrivals).containsExactly("1 discarded", "2 discarded", "3 discarded");
        assertThat(partition.isBegun()).isFalse();
    }

    @Test
    void shouldGoOnWhereItBeginsAnew() {
        // Given
        append(0);
        partition.onOutOfOrder(taken(), NOW);

        // When
        partition.begin(150, IDENTITY);
        append(7);

        // Then
        assertThat(taken().baseOffset()).isEqualTo(150);
    }

    @Test
    void shouldFindTheRecordThatIsRefused() {
        // Given
        for (long offset = 0; offset < 3; offset++) {
            partition.append(record(offset), Compression.NONE, 10_000, NOW);
        }
        RecordTooLargeException reason = new RecordTooLargeException("too large");

        // When
        partition.onRefused(taken(), reason);
        partition.onAcknowledged(taken(), 100, NOW);
        partition.onRefused(taken(), reason);

        // Then
        assertThat(arrivals).containsExactly("0 at 100", "1 refused", "2 discarded");
        assertThat(partition.isBegun()).isFalse();
    }

    /** As it is stored: with offsets of its own, and nobody's sequences. */
    private static LogBatch stored(long offset, int records) {
        SimpleRecord[] content = LongStream.range(offset, offset + records)
                .mapToObj(next -> new SimpleRecord(next, null, new byte[] {(byte) next}))
                .toArray(SimpleRecord[]::new);
        return new LogBatch(1, 0, offset, records, Batches.of(CompressionType.ZSTD, offset, content));
    }

    @Test
    void shouldPassOnABatchAsItIsStored() {
        // Given
        getKnown();
        append(500);
        LogBatch stored = stored(501, 3);

        // When
        partition.append(stored, new Noted(501), NOW);
        append(504);
        TargetBatch before = taken();
        TargetBatch passed = taken();
        TargetBatch behind = taken();
        DefaultRecordBatch batch =
                (DefaultRecordBatch) passed.close().batches().iterator().next();
        partition.onAcknowledged(before, 101, NOW);
        partition.onAcknowledged(passed, 102, NOW);

        // Then
        assertThat(List.of(before.baseOffset(), passed.baseOffset(), behind.baseOffset()))
                .containsExactly(101L, 102L, 105L);
        assertThat(batch.isValid()).isTrue();
        assertThat(batch.baseOffset()).isZero();
        assertThat(batch.producerId()).isEqualTo(77);
        assertThat(batch.producerEpoch()).isEqualTo((short) 3);
        assertThat(batch.baseSequence()).isEqualTo(102);
        assertThat(batch.lastSequence()).isEqualTo(104);
        assertThat(batch.compressionType()).isEqualTo(CompressionType.ZSTD);
        assertThat(batch).extracting(Record::timestamp).containsExactly(501L, 502L, 503L);
        assertThat(BatchHeader.read(stored).producerId()).isEqualTo(-1);
        assertThat(arrivals).containsExactly("500 at 101", "501 at 102");
    }

    @Test
    void shouldAskForTheRecordsOfABatchThatIsRefused() {
        // Given
        getKnown();
        partition.append(stored(1, 2), new Noted(1), NOW);
        append(3);
        TargetBatch refused = taken();
        TargetBatch behind = taken();

        // When
        partition.onRefused(refused, new RecordTooLargeException("too large"));
        partition.onOutOfOrder(behind, NOW);

        // Then
        assertThat(arrivals).containsExactly("1 refused as a whole", "3 discarded");
        assertThat(partition.isBegun()).isFalse();
    }

    @Test
    void shouldNoteThatSomebodyElseWrites() {
        // Given
        append(0, 1);

        // When
        partition.onAcknowledged(taken(), 110, NOW);
        partition.onAcknowledged(taken(), 111, NOW);

        // Then
        assertThat(arrivals).containsExactly("0 at 110", "1 at 111");
    }

    @Test
    void shouldNotWriteToATopicThatWasMadeAnew() {
        // Given
        getKnown();
        append(1);

        // When
        TargetBatch batch = partition.take(new TargetNetwork.Leader(NODE, 4, Uuid.randomUuid()), NOW, LINGER_NS);

        // Then
        assertThat(batch).isNull();
        assertThat(arrivals).containsExactly("1 discarded");
    }

    @Test
    void shouldAskForTheEndBeforeItWritesToAnotherLeader() {
        // Given
        getKnown();
        append(1);

        // When
        TargetBatch batch = partition.take(new TargetNetwork.Leader(NODE, 5, LEADER.topicId()), NOW, LINGER_NS);

        // Then
        assertThat(batch).isNull();
        assertThat(arrivals).containsExactly("1 discarded");
        assertThat(partition.isBegun()).isFalse();
    }

    @Test
    void shouldAskForTheEndWhenNobodyKnowsWhatBecameOfABatch() {
        // Given
        getKnown();
        append(1, 2, 3);
        TargetBatch first = taken();
        TargetBatch second = taken();

        // When
        partition.onUnknown(first, NOW);
        List<String> early = List.copyOf(arrivals);
        partition.onAcknowledged(second, 102, NOW);

        // Then
        assertThat(early).isEmpty();
        assertThat(arrivals).containsExactly("2 at 102", "1 discarded", "3 discarded");
        assertThat(partition.isBegun()).isFalse();
    }

    @Test
    void shouldSayWhenItIsWorthLookingAgain() {
        // Given
        partition.append(record(0), Compression.NONE, 10_000, NOW);

        // When
        long lingers = partition.dueInNs(NOW + 1, 5);
        TargetBatch batch = Objects.requireNonNull(partition.take(LEADER, NOW + 5, 5));
        append(1);
        long behindTheFirst = partition.dueInNs(NOW, 5);
        partition.onFailed(batch, NOW + 100);
        long paused = partition.dueInNs(NOW, 5);

        // Then
        assertThat(lingers).isEqualTo(4);
        assertThat(behindTheFirst).isEqualTo(Long.MAX_VALUE);
        assertThat(paused).isEqualTo(100);
    }

    @Test
    void shouldWaitForMoreRecordsOnlySoLong() {
        // Given
        partition.append(record(0), Compression.NONE, 10_000, NOW);

        // When
        TargetBatch early = partition.take(LEADER, NOW + 4, 5);
        TargetBatch due = partition.take(LEADER, NOW + 5, 5);

        // Then
        assertThat(early).isNull();
        assertThat(due).isNotNull();
    }
}
