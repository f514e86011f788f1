package io.tailrace.broker.txn;

import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.txn.StoredTransaction.Member;
import io.tailrace.broker.txn.StoredTransaction.StoredPartition;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What memory knows of one transactional id: its state, and its open transaction's partitions and groups.
 *
 * <p>Any thread may read; it changes in its own {@link SerialTasks} only, after the database has.
 */
final class TransactionalProducer {

    private final String transactionalId;
    private final SerialTasks tasks;
    private final Map<PartitionId, Member> members = new ConcurrentHashMap<>();
    private final Map<String, Short> groups = new ConcurrentHashMap<>();
    private final AtomicBoolean completing = new AtomicBoolean();
    private volatile @Nullable Transaction transaction;
    private volatile boolean uncertain;
    private volatile boolean removed;

    TransactionalProducer(String transactionalId, Executor executor) {
        this.transactionalId = transactionalId;
        this.tasks = new SerialTasks(executor);
    }

    String transactionalId() {
        return transactionalId;
    }

    SerialTasks tasks() {
        return tasks;
    }

    /** Null before the first InitProducerId is written. */
    @Nullable
    Transaction transaction() {
        return transaction;
    }

    /** True if a write failed, so that nobody knows what the database has: it must be read before anything else. */
    boolean isUncertain() {
        return uncertain;
    }

    void onUncertain() {
        uncertain = true;
    }

    /** True if it has expired and another one may take its place. */
    boolean isRemoved() {
        return removed;
    }

    void onRemoved() {
        transaction = null;
        removed = true;
    }

    void onChanged(Transaction next) {
        transaction = next;
    }

    boolean hasAll(Collection<PartitionId> partitions) {
        return members.keySet().containsAll(partitions);
    }

    /** The partitions of the open transaction. */
    List<Partition> partitions() {
        return members.values().stream().map(Member::partition).toList();
    }

    /** The groups of the open or decided transaction, with the epoch under which they joined. */
    Map<String, Short> groups() {
        return groups;
    }

    /** A partition takes records of the transaction from now on. */
    void join(Partition partition, ProducerIdentity producer, long registration) {
        members.put(
                partition.id(),
                new Member(
                        partition, partition.beginTransaction(producer.producerId(), producer.epoch(), registration)));
    }

    /** Somebody else has ended what the transaction had written to a partition; it goes on there. */
    void rejoin(Partition partition, long registration) {
        members.computeIfPresent(
                partition.id(),
                (id, member) ->
                        new Member(partition, partition.restartTransaction(member.transaction(), registration)));
    }

    void joinGroup(String groupId, short epoch) {
        groups.put(groupId, epoch);
    }

    /** No partition takes records of the transaction from here on; those under way are for the database to order. */
    void onEnding() {
        members.values().forEach(member -> member.transaction().setEnding(true));
    }

    /** The outcome is in the database: readers of committed records may go on. */
    void onEnded(Transaction next, boolean committed) {
        transaction = next;
        members.values().forEach(member -> member.partition().endTransaction(member.transaction(), committed));
        members.clear();
    }

    /** False if somebody is completing it already. */
    boolean beginCompleting() {
        return completing.compareAndSet(false, true);
    }

    void endCompleting() {
        completing.set(false);
    }

    void onCompleted(Transaction next) {
        transaction = next;
        groups.clear();
    }

    /** Takes what the database has as the truth; null if it has nothing. */
    void onLoaded(@Nullable StoredTransaction stored, PartitionTable partitions) {
        transaction = stored == null ? null : stored.transaction();
        groups.clear();
        Set<PartitionId> open = new HashSet<>();
        if (stored != null) {
            groups.putAll(stored.groups());
            stored.partitions().forEach(partition -> {
                open.add(partition.partition());
                resume(stored.transaction().producerId(), partition, partitions);
            });
        }
        members.entrySet().removeIf(entry -> {
            boolean ended = !open.contains(entry.getKey());
            if (ended) {
                entry.getValue().partition().endTransaction(entry.getValue().transaction(), false);
            }
            return ended;
        });
        uncertain = false;
    }

    private void resume(long producerId, StoredPartition stored, PartitionTable partitions) {
        Member known = members.get(stored.partition());
        if (known != null && known.transaction().registration() == stored.registration()) {
            known.transaction().setEnding(false);
            return;
        }
        if (known != null) {
            known.partition().endTransaction(known.transaction(), false);
        }
        stored.resume(producerId, partitions).ifPresent(member -> members.put(stored.partition(), member));
    }
}
