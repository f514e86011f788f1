package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

/** What open transactions are to a partition: what they let in, and where readers of committed records end. */
class PartitionTransactionsTest {

    private static final long PRODUCER = 7;
    private static final short EPOCH = 2;

    private final Partition partition = Batches.partition(Map.of());
    private final AppendGroup group = group();

    private static AppendGroup group() {
        GlobalOffsets globalOffsets = new GlobalOffsets();
        globalOffsets.add(0);
        TransactionGate gate = new TransactionGate(id -> id == PRODUCER ? EPOCH : ProducerEpochs.NOT_TRANSACTIONAL);
        return new AppendGroup(
                new GroupRows(new BatchPayload(1 << 20), globalOffsets, 1024), gate, AppendFence.NONE, () -> 1000);
    }

    private static MemoryRecords transactional(long producerId, int epoch, int sequence) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, (short) epoch, sequence, Batches.simpleRecords(2));
    }

    private void add(AppendGroup to, MemoryRecords records) {
        to.add(Batches.pending(partition, records));
    }

    @Test
    void shouldHoldTheStableOffsetAtTheFirstRecord() {
        // Given
        OpenTransaction transaction = partition.beginTransaction(PRODUCER, EPOCH, 1);
        long before = partition.lastStableOffset();
        add(group, Batches.plain(1));
        add(group, transactional(PRODUCER, EPOCH, 0));
        add(group, Batches.plain(1));

        // When
        group.onCommitted();

        // Then
        assertThat(before).isEqualTo(100);
        assertThat(partition.highWatermark()).isEqualTo(104);
        assertThat(partition.lastStableOffset()).isEqualTo(101);
        partition.endTransaction(transaction, true);
        assertThat(partition.lastStableOffset()).isEqualTo(104);
    }

    @Test
    void shouldNotBePinnedByAnAppendThatIsLate() {
        // Given: its transaction ends before memory learns of the append, and the next one begins
        OpenTransaction transaction = partition.beginTransaction(PRODUCER, EPOCH, 1);
        add(group, transactional(PRODUCER, EPOCH, 0));
        partition.endTransaction(transaction, true);
        partition.beginTransaction(PRODUCER, EPOCH, 2);

        // When
        group.onCommitted();

        // Then
        assertThat(partition.lastStableOffset()).isEqualTo(102);
    }

    @Test
    void shouldKeepCommittedRecordsInMemory() {
        // Given
        OpenTransaction transaction = partition.beginTransaction(PRODUCER, EPOCH, 1);
        add(group, transactional(PRODUCER, EPOCH, 0));
        group.onCommitted();

        // When
        partition.endTransaction(transaction, true);

        // Then
        assertThat(partition.recent().read(100, 102, 1000)).isNotNull();
    }

    @Test
    void shouldForgetAbortedRecords() {
        // Given
        OpenTransaction transaction = partition.beginTransaction(PRODUCER, EPOCH, 1);
        add(group, transactional(PRODUCER, EPOCH, 0));
        group.onCommitted();

        // When
        partition.endTransaction(transaction, false);

        // Then
        assertThat(partition.recent().read(100, 102, 1000)).isNull();
    }

    @Test
    void shouldForgetRecordsWhoseTransactionWasAbortedMeanwhile() {
        // Given: the abort comes between the commit of the append and the news of it
        OpenTransaction transaction = partition.beginTransaction(PRODUCER, EPOCH, 1);
        add(group, transactional(PRODUCER, EPOCH, 0));
        partition.restartTransaction(transaction, 2);

        // When
        group.onCommitted();

        // Then
        assertThat(partition.highWatermark()).isEqualTo(102);
        assertThat(partition.recent().read(100, 102, 1000)).isNull();
    }

    @Test
    void shouldRefuseRecordsOutsideATransaction() {
        assertThatThrownBy(() -> add(group, transactional(PRODUCER, EPOCH, 0)))
                .isInstanceOf(TransactionAbortableException.class);
        assertThatThrownBy(() -> add(group, transactional(PRODUCER, EPOCH - 1, 0)))
                .isInstanceOf(InvalidProducerEpochException.class);
        assertThatThrownBy(() -> add(group, transactional(PRODUCER + 1, EPOCH, 0)))
                .isInstanceOf(InvalidPidMappingException.class);
    }

    @Test
    void shouldHaveProducersTryAgainWhileTheTransactionEnds() {
        // Given
        partition.beginTransaction(PRODUCER, EPOCH, 1).setEnding(true);

        // Then
        assertThatThrownBy(() -> add(group, transactional(PRODUCER, EPOCH, 0)))
                .isInstanceOf(NotEnoughReplicasException.class);
    }

    @Test
    void shouldRefusePlainRecordsInTheMiddleOfATransaction() {
        // Given
        partition.beginTransaction(PRODUCER, EPOCH, 1);
        add(group, transactional(PRODUCER, EPOCH, 0));
        group.onCommitted();

        // Then
        assertThatThrownBy(() -> add(group(), Batches.idempotent(PRODUCER, EPOCH, 2, 1)))
                .isInstanceOf(InvalidTxnStateException.class);
    }
}
