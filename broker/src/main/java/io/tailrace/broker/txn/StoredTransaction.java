package io.tailrace.broker.txn;

import io.tailrace.broker.log.OpenTransaction;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.log.PartitionTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A transactional id as the database has it. Immutable.
 *
 * @param groups with the epoch under which they joined
 */
record StoredTransaction(Transaction transaction, List<StoredPartition> partitions, Map<String, Short> groups) {

    /** A row of {@code kafka.transaction_partitions}; the first offset is −1 before the first append. */
    record StoredPartition(PartitionId partition, short epoch, long registration, long firstOffset) {

        /** Makes it a transaction of its partition; of a topic that was deleted there is none any more. */
        Optional<Member> resume(long producerId, PartitionTable partitions) {
            return partitions
                    .partition(partition)
                    .map(found -> new Member(
                            found,
                            firstOffset < 0
                                    ? found.beginTransaction(producerId, epoch, registration)
                                    : found.resumeTransaction(producerId, epoch, registration, firstOffset)));
        }
    }

    /** A partition of an open transaction, in memory. */
    record Member(Partition partition, OpenTransaction transaction) {}

    StoredTransaction {
        partitions = List.copyOf(partitions);
        groups = Map.copyOf(groups);
    }
}
