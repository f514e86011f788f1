package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.Partition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Compaction of one partition after the other. Confined to the cleaner's thread.
 */
final class CompactionRound implements CleanerThread.Round {

    private final Map<Partition, PartitionCompaction> known = new HashMap<>();
    private final KeyedRecords records = new KeyedRecords();
    private final PartitionCompaction.Parts parts;
    private final int dedupeBufferBytes;
    private @Nullable KeyOffsets keys;

    CompactionRound(
            int dedupeBufferBytes, Forwarders forwarders, int stepRows, Duration checkInterval, LongSupplier clockMs) {
        this.dedupeBufferBytes = dedupeBufferBytes;
        this.parts = new PartitionCompaction.Parts(
                this::keys, records, forwarders, stepRows, checkInterval.toMillis(), clockMs);
    }

    /** Made when it is first needed: many brokers have no compacted topic. */
    private KeyOffsets keys() {
        KeyOffsets made = keys;
        if (made == null) {
            made = new KeyOffsets(dedupeBufferBytes, records);
            keys = made;
        }
        return made;
    }

    @Override
    public void clean(Partition partition, Steps steps) throws SQLException, InterruptedException {
        known.computeIfAbsent(partition, key -> new PartitionCompaction(key, parts))
                .run(steps);
    }

    @Override
    public void retain(Collection<Partition> partitions) {
        if (known.size() > partitions.size()) {
            known.keySet().retainAll(new HashSet<>(partitions));
        }
    }
}
