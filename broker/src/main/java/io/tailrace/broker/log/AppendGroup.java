package io.tailrace.broker.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * What one Postgres transaction writes: the decisions, before anything is applied. Each batch is checked against what
 * memory knows and what came before it in the group, gets its offsets, and becomes rows; a batch that breaks a rule is
 * answered at once and leaves nothing behind. After the commit the group is applied to memory and answered; otherwise it
 * is dropped. Confined to the appender's thread.
 */
final class AppendGroup {

    /** What the group does to one partition. */
    static final class Change {
        private final Partition partition;
        private final long expectedOffset;
        private final Map<Long, ProducerWindow> producers = new HashMap<>();
        private final Map<OpenTransaction, TransactionAppend> transactions = new HashMap<>();
        private long nextOffset;
        private int bytes;

        private Change(Partition partition) {
            this.partition = partition;
            this.expectedOffset = partition.highWatermark();
            this.nextOffset = expectedOffset;
        }

        Partition partition() {
            return partition;
        }

        /** Where the partition must end for the group to be right. */
        long expectedOffset() {
            return expectedOffset;
        }

        long nextOffset() {
            return nextOffset;
        }

        private @Nullable ProducerWindow window(long producerId) {
            ProducerWindow changed = producers.get(producerId);
            return changed != null ? changed : partition.producers().get(producerId);
        }
    }

    private record Answer(CompletableFuture<AppendResult> future, AppendResult result) {}

    private final GroupRows rows;
    private final TransactionGate gate;
    private final AppendFence fence;
    private final LongSupplier clockMs;
    private final Map<PartitionId, Change> changes =
            new TreeMap<>(Comparator.comparingInt(PartitionId::topicId).thenComparingInt(PartitionId::partition));
    private final Map<SequenceRow.Key, SequenceRow> sequences = new LinkedHashMap<>();
    private final List<Answer> answers = new ArrayList<>();

    AppendGroup(GroupRows rows, TransactionGate gate, AppendFence fence, LongSupplier clockMs) {
        this.rows = rows;
        this.gate = gate;
        this.fence = fence;
        this.clockMs = clockMs;
        rows.begin();
    }

    /**
     * Adds a batch, or finds that it was written before: then it gets its first answer again, after the commit, since
     * the first may stand in this very group. So a producer learns also from behind a fence what is written already.
     *
     * @throws RuntimeException Kafka's exception for a batch that breaks a rule; the group is as before
     */
    void add(PendingAppend append) {
        Partition partition = append.partition();
        DefaultRecordBatch header = append.batch().header();
        Change change = changes.containsKey(partition.id()) ? changes.get(partition.id()) : new Change(partition);
        ProducerWindow window = null;
        if (header.hasProducerId()) {
            gate.checkEpoch(header);
            window = change.window(header.producerId());
        }
        if (window != null) {
            Optional<ProducerBatch> duplicate =
                    window.duplicate(header.producerEpoch(), header.baseSequence(), header.lastSequence());
            if (duplicate.isPresent()) {
                answers.add(new Answer(append.answer(), duplicateResult(partition, duplicate.get())));
                return;
            }
        }
        fence.check();
        if (window != null) {
            window.checkNext(header.producerId(), header.producerEpoch(), header.baseSequence());
        }
        OpenTransaction transaction = gate.transactionOf(partition, header);
        long nowMs = clockMs.getAsLong();
        rows.add(append.batch(), partition, change.nextOffset, nowMs);
        accept(append, change, window, nowMs);
        if (transaction != null) {
            join(change, transaction, append.batch().count());
        }
    }

    private static void join(Change change, OpenTransaction transaction, int records) {
        change.transactions
                .computeIfAbsent(
                        transaction,
                        key -> new TransactionAppend(change.partition.id(), transaction, change.nextOffset - records))
                .onAppended(change.nextOffset - 1);
    }

    private void accept(PendingAppend append, Change change, @Nullable ProducerWindow window, long nowMs) {
        IncomingBatch batch = append.batch();
        long baseOffset = change.nextOffset;
        changes.putIfAbsent(change.partition.id(), change);
        change.nextOffset += batch.count();
        change.bytes += batch.sizeInBytes();
        if (batch.header().hasProducerId()) {
            remember(batch, change, window, nowMs);
        }
        answers.add(new Answer(append.answer(), result(change.partition, baseOffset, nowMs)));
    }

    private void remember(IncomingBatch batch, Change change, @Nullable ProducerWindow window, long nowMs) {
        DefaultRecordBatch header = batch.header();
        ProducerBatch written = new ProducerBatch(header.lastSequence(), change.nextOffset - 1, batch.count(), nowMs);
        ProducerWindow next = window == null
                ? ProducerWindow.first(header.producerEpoch(), written)
                : window.with(header.producerEpoch(), written);
        change.producers.put(header.producerId(), next);
        SequenceRow row = new SequenceRow(
                change.partition.id(), header.producerId(), next.slot(), header.producerEpoch(), written);
        sequences.put(row.key(), row);
    }

    private static AppendResult result(Partition partition, long baseOffset, long nowMs) {
        boolean logAppendTime = partition.topic().settings().timestampType() == TimestampType.LOG_APPEND_TIME;
        return new AppendResult(baseOffset, logAppendTime ? nowMs : -1, partition.logStartOffset());
    }

    private static AppendResult duplicateResult(Partition partition, ProducerBatch batch) {
        return result(partition, batch.firstOffset(), batch.timestampMs());
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** In the order in which partitions are locked. */
    Collection<Change> changes() {
        return changes.values();
    }

    Collection<SequenceRow> sequences() {
        return sequences.values();
    }

    /** What it appends to open transactions. */
    List<TransactionAppend> transactions() {
        return changes.values().stream()
                .flatMap(change -> change.transactions.values().stream())
                .toList();
    }

    GroupRows rows() {
        return rows;
    }

    long records() {
        return changes.values().stream()
                .mapToLong(change -> change.nextOffset - change.expectedOffset)
                .sum();
    }

    int bytes() {
        return rows.bytes();
    }

    /** The transaction is committed: memory follows, then the answers. */
    void onCommitted() {
        changes.values().forEach(change -> {
            // Before the high watermark: whoever sees the records must see that they are not stable.
            change.transactions.values().forEach(TransactionAppend::apply);
            change.partition.onAppended(
                    change.nextOffset, change.bytes, change.producers, change.transactions.keySet());
        });
        answers.forEach(answer -> answer.future.complete(answer.result));
    }

    /** Forgets producers of its partitions; memory would else grow with every client that starts. */
    void expireProducers(long expirationMs) {
        long nowMs = clockMs.getAsLong();
        changes.values().forEach(change -> change.partition.expireProducers(nowMs, expirationMs));
    }

    /** The transaction failed, or nobody knows: memory must be read again. */
    void onUncertain() {
        changes.values().forEach(change -> change.partition.onUncertain());
    }

    /** For logs. */
    String partitions() {
        return changes.values().stream()
                .map(change -> change.partition.toString())
                .collect(Collectors.joining(","));
    }
}
