package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.api.Test;

class AppendGroupTest {

    private static final long NOW_MS = 5_000_000;

    private final GroupRows rows = rows();
    private final Partition partition = Batches.partition(Map.of());
    private final AppendGroup group = group(rows);

    private static GroupRows rows() {
        GlobalOffsets globalOffsets = new GlobalOffsets();
        globalOffsets.add(0);
        return new GroupRows(new BatchPayload(1 << 20), globalOffsets, 1024);
    }

    private static AppendGroup group(GroupRows rows) {
        return new AppendGroup(
                rows, new TransactionGate(id -> ProducerEpochs.NOT_TRANSACTIONAL), AppendFence.NONE, () -> NOW_MS);
    }

    @Test
    void shouldGiveDenseOffsetsAcrossBatches() throws Exception {
        // Given
        PendingAppend first = Batches.pending(partition, Batches.plain(3));
        PendingAppend second = Batches.pending(partition, Batches.plain(2));

        // When
        group.add(first);
        group.add(second);
        group.onCommitted();

        // Then
        assertThat(first.answer().get()).isEqualTo(new AppendResult(100, -1, 0));
        assertThat(second.answer().get()).isEqualTo(new AppendResult(103, -1, 0));
        assertThat(partition.highWatermark()).isEqualTo(105);
    }

    @Test
    void shouldAnswerNothingBeforeTheCommit() {
        // Given
        PendingAppend append = Batches.pending(partition, Batches.plain(3));

        // When
        group.add(append);

        // Then
        assertThat(append.answer()).isNotDone();
        assertThat(partition.highWatermark()).isEqualTo(100);
    }

    @Test
    void shouldAnswerADuplicateInTheSameGroupWithTheFirstOffset() throws Exception {
        // Given
        PendingAppend first = Batches.pending(partition, Batches.idempotent(7, 0, 0, 3));
        PendingAppend again = Batches.pending(partition, Batches.idempotent(7, 0, 0, 3));

        // When
        group.add(first);
        group.add(again);
        group.onCommitted();

        // Then
        assertThat(again.answer().get().baseOffset()).isEqualTo(100);
        assertThat(partition.highWatermark()).isEqualTo(103);
    }

    @Test
    void shouldAnswerADuplicateOfAnEarlierGroup() throws Exception {
        // Given
        group.add(Batches.pending(partition, Batches.idempotent(7, 0, 0, 3)));
        group.onCommitted();
        AppendGroup later = group(rows());
        PendingAppend again = Batches.pending(partition, Batches.idempotent(7, 0, 0, 3));

        // When
        later.add(again);
        later.onCommitted();

        // Then
        assertThat(later.isEmpty()).isTrue();
        assertThat(again.answer().get().baseOffset()).isEqualTo(100);
    }

    @Test
    void shouldForgetAFailedGroup() {
        // Given
        group.add(Batches.pending(partition, Batches.idempotent(7, 0, 0, 3)));

        // When
        group.onUncertain();

        // Then
        assertThat(partition.isLoaded()).isFalse();
        assertThat(partition.producers()).isEmpty();
        assertThat(partition.highWatermark()).isEqualTo(100);
    }

    @Test
    void shouldForgetProducersThatHaveFallenSilent() {
        // Given
        group.add(Batches.pending(partition, Batches.idempotent(7, 0, 0, 3)));
        group.onCommitted();

        // When
        partition.expireProducers(NOW_MS + 999, 1000);
        boolean known = partition.producers().containsKey(7L);
        partition.expireProducers(NOW_MS + 3000, 1000);

        // Then
        assertThat(known).isTrue();
        assertThat(partition.producers()).isEmpty();
    }

    @Test
    void shouldLeaveNothingOfABatchThatIsRefused() {
        // Given
        group.add(Batches.pending(partition, Batches.idempotent(7, 0, 0, 3)));
        int size = rows.bytes();

        // When
        assertThatThrownBy(() -> group.add(Batches.pending(partition, Batches.idempotent(7, 0, 9, 3))))
                .isInstanceOf(OutOfOrderSequenceException.class);

        // Then
        assertThat(rows.bytes()).isEqualTo(size);
        assertThat(group.changes()).singleElement().satisfies(change -> assertThat(change.nextOffset())
                .isEqualTo(103));
    }

    @Test
    void shouldKeepOneSequenceRowForEachSlot() {
        // When: seven batches in one group
        for (int i = 0; i < 7; i++) {
            group.add(Batches.pending(partition, Batches.idempotent(7, 0, 3 * i, 3)));
        }

        // Then: the last five, each in a slot of its own
        assertThat(group.sequences()).hasSize(5);
        assertThat(group.sequences())
                .extracting(row -> row.batch().lastOffset())
                .containsExactlyInAnyOrder(108L, 111L, 114L, 117L, 120L);
    }

    @Test
    void shouldRefuseARecordWithoutAKeyOnACompactedTopic() {
        // Given
        Partition compacted = Batches.partition(Map.of("cleanup.policy", "compact"));
        int size = rows.bytes();

        // When
        assertThatThrownBy(() -> group.add(Batches.pending(
                        compacted,
                        Batches.compressed(
                                CompressionType.GZIP,
                                new SimpleRecord(1L, Batches.utf8("k"), Batches.utf8("v")),
                                new SimpleRecord(1L, null, Batches.utf8("v"))))))
                .isInstanceOfSatisfying(RecordValidationException.class, e -> {
                    assertThat(e.invalidException()).isInstanceOf(InvalidRecordException.class);
                    assertThat(e.recordErrors()).singleElement().satisfies(error -> assertThat(error.batchIndex)
                            .isEqualTo(1));
                });

        // Then
        assertThat(rows.bytes()).isEqualTo(size);
        assertThat(group.isEmpty()).isTrue();
    }

    @Test
    void shouldRefuseATimestampTooFarAhead() {
        // Given
        SimpleRecord ahead = new SimpleRecord(NOW_MS + 3_600_001, Batches.utf8("k"), Batches.utf8("v"));

        // Then
        assertThatThrownBy(() -> group.add(Batches.pending(partition, Batches.compressed(CompressionType.NONE, ahead))))
                .isInstanceOf(InvalidTimestampException.class)
                .hasMessageContaining("message.timestamp.after.max.ms");
    }

    @Test
    void shouldStampRecordsWithTheTimeOfTheAppend() throws Exception {
        // Given
        Partition stamped = Batches.partition(Map.of("message.timestamp.type", "LogAppendTime"));
        PendingAppend append = Batches.pending(stamped, Batches.plain(1));

        // When
        group.add(append);
        group.onCommitted();

        // Then
        assertThat(append.answer().get().logAppendTimeMs()).isEqualTo(NOW_MS);
        // The fields of the one row, after the 19 bytes of COPY's head; the last five are time, attributes, global
        // offset, and two nulls.
        int size = rows.records().size();
        ByteBuffer row = ByteBuffer.wrap(rows.records().array(), 0, size);
        assertThat(row.getLong(size - 8 - 8 - 4 - 2 - 4 - 8)).isEqualTo(NOW_MS);
        assertThat(row.getShort(size - 8 - 8 - 4 - 2)).isEqualTo(RowAttributes.LOG_APPEND_TIME);
    }
}
