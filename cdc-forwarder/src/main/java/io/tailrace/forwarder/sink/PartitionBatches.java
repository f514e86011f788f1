package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.decode.LogBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.jspecify.annotations.Nullable;

/**
 * The records of one partition on their way to the target, in order. The target's broker takes a batch only where its
 * sequence follows the last one of this producer; as a record's sequence is its offset there, a batch is taken at the
 * place it was made for, or not at all. Two facts make rules of that:
 *
 * <p>A broker that has nothing of this producer in its log takes any sequence. So the first batch goes alone; only when it
 * is acknowledged others follow without waiting.
 *
 * <p>If the oldest batch is out of order, then the partition does not end where the successor of a dead process thinks: a
 * batch of the dead one has landed since, or the partition has lost records. Then it is lost, until told anew where it ends.
 * So it is when it is unknown what became of a batch (the broker may have forgotten the producer, and would take the batch a
 * second time), and when another broker leads the partition, which may lack what its predecessor acknowledged.
 *
 * <p>Guarded by the lock of its {@link TargetWriter}.
 */
final class PartitionBatches {

    /** As many as a broker remembers of each producer, so that it knows a repeated one. */
    private static final int MAX_IN_FLIGHT = 5;
    /** Brokers forget producers that are silent for long (a day, by default). */
    private static final long SILENCE_NS = 60_000_000_000L;

    private static final ProducerIdentity NOBODY = new ProducerIdentity(-1, (short) -1);

    private final TopicPartition partition;
    private final Deque<TargetBatch> waiting = new ArrayDeque<>();
    private final Deque<TargetBatch> inFlight = new ArrayDeque<>();
    private final List<TargetBatch> failed = new ArrayList<>();

    private ProducerIdentity identity = NOBODY;
    private @Nullable Uuid topicId;
    private @Nullable Integer leaderEpoch;
    /** The offset that the next record is to get. */
    private long nextOffset;

    private boolean begun;
    private boolean lost;
    private long acknowledgedNs;
    private boolean known;
    private long notBeforeNs;

    PartitionBatches(TopicPartition partition) {
        this.partition = partition;
    }

    TopicPartition partition() {
        return partition;
    }

    /** Goes on at the partition's end on the target. Only while nothing is in flight. */
    void begin(long endOffset, ProducerIdentity producer) {
        identity = producer;
        nextOffset = endOffset;
        topicId = null;
        leaderEpoch = null;
        known = false;
        lost = false;
        begun = true;
    }

    /** Whether records are taken. If not, the partition must {@link #begin} first. */
    boolean isBegun() {
        return begun && !lost;
    }

    /** Takes a record. @return whether a new batch was begun or one became full, so that it is worth looking */
    boolean append(OutgoingRecord record, Compression compression, int batchBytes, long nowNs) {
        TargetBatch last = waiting.peekLast();
        if (last != null && last.append(record)) {
            nextOffset++;
            return last.isFull();
        }
        TargetBatch batch = new BuiltBatch(this, identity, compression, nextOffset, batchBytes, nowNs);
        batch.append(record);
        nextOffset++;
        waiting.addLast(batch);
        return true;
    }

    /** Takes a batch as it is stored. */
    void append(LogBatch stored, Arrival arrival, long nowNs) {
        waiting.addLast(new PassedBatch(this, identity, nextOffset, stored, arrival, nowNs));
        nextOffset += stored.recordCount();
    }

    /** The next batch if it may go now, which is then in flight. */
    @Nullable
    TargetBatch take(TargetNetwork.Leader leader, long nowNs, long lingerNs) {
        if (lost || dueInNs(nowNs, lingerNs) > 0 || !isSame(leader)) {
            return null;
        }
        TargetBatch batch = waiting.removeFirst();
        inFlight.addLast(batch);
        return batch;
    }

    /** Nanoseconds until the next batch may go; for ever, if an answer must come first. */
    long dueInNs(long nowNs, long lingerNs) {
        TargetBatch next = waiting.peekFirst();
        if (next == null || !failed.isEmpty() || !mayFollow(nowNs)) {
            return Long.MAX_VALUE;
        }
        long lingersNs = waiting.size() > 1 || next.isFull() ? 0 : lingerNs - (nowNs - next.createdNs());
        return Math.max(0, Math.max(lingersNs, notBeforeNs - nowNs));
    }

    private boolean mayFollow(long nowNs) {
        return inFlight.isEmpty() || (known && inFlight.size() < MAX_IN_FLIGHT && nowNs - acknowledgedNs < SILENCE_NS);
    }

    /** A topic that was deleted and made again is another one, though it has the same name. */
    private boolean isSame(TargetNetwork.Leader leader) {
        if (topicId == null || leaderEpoch == null) {
            topicId = leader.topicId();
            leaderEpoch = leader.epoch();
        }
        if (topicId.equals(leader.topicId()) && leaderEpoch == leader.epoch()) {
            return true;
        }
        lose();
        return false;
    }

    /** The target has the batch, from {@code baseOffset} on. */
    void onAcknowledged(TargetBatch batch, long baseOffset, long nowNs) {
        inFlight.remove(batch);
        known = true;
        acknowledgedNs = nowNs;
        batch.onAcknowledged(baseOffset);
        settle();
    }

    /** The batch may be taken later. */
    void onFailed(TargetBatch batch, long retryAtNs) {
        inFlight.remove(batch);
        failed.add(batch);
        known = false;
        notBeforeNs = retryAtNs;
        settle();
    }

    /** Nobody knows whether the target has the batch. */
    void onUnknown(TargetBatch batch, long retryAtNs) {
        onFailed(batch, retryAtNs);
        lose();
    }

    /** The batch does not follow what the target has of this producer. */
    void onOutOfOrder(TargetBatch batch, long retryAtNs) {
        boolean oldest = failed.isEmpty() && inFlight.peekFirst() == batch;
        onFailed(batch, retryAtNs);
        if (oldest) {
            lose();
        }
    }

    /** The target refuses something in the batch for good. */
    void onRefused(TargetBatch batch, Exception reason) {
        inFlight.remove(batch);
        known = false;
        List<TargetBatch> instead = batch.onRefused(reason);
        if (instead.isEmpty()) {
            nextOffset = batch.baseOffset();
            lose();
        } else {
            failed.addAll(instead);
            settle();
        }
    }

    private void lose() {
        lost = true;
        settle();
    }

    /** When the last answer is there, what failed goes first again, in order; or, if the partition is lost, nowhere. */
    private void settle() {
        if (!inFlight.isEmpty()) {
            return;
        }
        failed.sort((left, right) -> Long.compare(left.baseOffset(), right.baseOffset()));
        for (int index = failed.size() - 1; index >= 0; index--) {
            waiting.addFirst(failed.get(index));
        }
        failed.clear();
        if (lost) {
            discard();
        }
    }

    private void discard() {
        waiting.forEach(TargetBatch::onDiscarded);
        waiting.clear();
    }

    /** The writer ends: nothing more will be sent. */
    void abandon() {
        waiting.addAll(failed);
        waiting.addAll(inFlight);
        failed.clear();
        inFlight.clear();
        lost = true;
        discard();
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }
}
