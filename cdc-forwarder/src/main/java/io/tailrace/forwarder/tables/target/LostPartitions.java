package io.tailrace.forwarder.tables.target;

import io.tailrace.forwarder.tables.TablesException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions that refused the sequence of their next record. Usually a batch of a dead process has landed meanwhile, and
 * the end has moved. If it has not moved, the target counts otherwise: somebody else writes to the topic as well, and only a
 * new producer identity helps. Outlives the runs. Thread-safe.
 */
public final class LostPartitions {
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Set<TopicPartition> lost = new HashSet<>();
    private boolean identityIsSpent;

    synchronized void add(TopicPartition partition) {
        lost.add(partition);
    }

    synchronized void onOpen(TopicPartition partition, long end) {
        Long before = ends.put(partition, end);
        if (lost.remove(partition) && before != null && before == end) {
            identityIsSpent = true;
            throw new TablesException(
                    "partition %s of the target does not take this stream's records; does somebody else write to it? A new producer identity is taken"
                            .formatted(partition));
        }
    }

    /** Whether a new identity is needed; asked once, then it is taken for done. */
    public synchronized boolean takeIdentityIsSpent() {
        boolean spent = identityIsSpent;
        identityIsSpent = false;
        return spent;
    }
}
