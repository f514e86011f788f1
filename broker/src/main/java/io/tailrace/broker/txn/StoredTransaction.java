package io.tailrace.broker.txn;

import io.tailrace.broker.log.PartitionId;
import java.util.List;
import java.util.Map;

/**
 * A transactional id as the database has it. Immutable.
 *
 * @param groups with the epoch under which they joined
 */
record StoredTransaction(Transaction transaction, List<StoredPartition> partitions, Map<String, Short> groups) {

    /** A row of {@code kafka.transaction_partitions}; the first offset is −1 before the first append. */
    record StoredPartition(PartitionId partition, short epoch, long registration, long firstOffset) {}

    StoredTransaction {
        partitions = List.copyOf(partitions);
        groups = Map.copyOf(groups);
    }
}
