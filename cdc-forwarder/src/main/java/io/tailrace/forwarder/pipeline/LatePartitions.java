package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The partitions that were turned on late and are still being read from the table. What the stream brings of them
 * meanwhile is only noted: it is in the table as well. Confined to the thread that moves records.
 */
final class LatePartitions {
    /** With the greatest offset that came down the stream and was not forwarded, or -1. */
    private final Map<PartitionProgress, Long> lastNoted = new LinkedHashMap<>();

    void add(PartitionProgress progress) {
        note(progress, -1);
    }

    boolean contains(PartitionProgress progress) {
        return lastNoted.containsKey(progress);
    }

    void note(PartitionProgress progress, long offset) {
        lastNoted.merge(progress, offset, Math::max);
    }

    /** Whether everything that was noted of it lies below this end of the log: a row may be noted before others can see it. */
    boolean covers(PartitionProgress progress, long endExc) {
        return lastNoted.getOrDefault(progress, -1L) < endExc;
    }

    void remove(PartitionProgress progress) {
        lastNoted.remove(progress);
    }

    List<PartitionProgress> all() {
        return List.copyOf(lastNoted.keySet());
    }
}
