package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.LogStartOffsets;
import io.tailrace.broker.log.Partition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Retention of one partition after the other. Confined to the cleaner's thread.
 */
final class RetentionRound implements CleanerThread.Round {

    private final Map<Partition, PartitionRetention> known = new HashMap<>();
    private final PartitionRetention.Parts parts;

    RetentionRound(
            LogStartOffsets logStarts,
            Forwarders forwarders,
            int stepRows,
            Duration checkInterval,
            LongSupplier clockMs) {
        this.parts = new PartitionRetention.Parts(logStarts, forwarders, stepRows, checkInterval.toMillis(), clockMs);
    }

    @Override
    public void clean(Partition partition, Steps steps) throws SQLException, InterruptedException {
        known.computeIfAbsent(partition, key -> new PartitionRetention(key, parts))
                .run(steps);
    }

    @Override
    public void retain(Collection<Partition> partitions) {
        if (known.size() > partitions.size()) {
            Set<Partition> kept = new HashSet<>(partitions);
            known.keySet().retainAll(kept);
        }
    }
}
