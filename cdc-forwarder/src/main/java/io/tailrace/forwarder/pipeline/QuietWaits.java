package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How long to wait until a partition has come to rest, so that records can be sent to it again: everything else waits meanwhile.
 * Most are at rest in a moment. One that was not is given more time the next time, for a target that answers slowly; but the next
 * time is so late that all such waiting together takes a third of the time at most. Confined to the thread that moves records.
 */
final class QuietWaits {
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(4);
    private static final int PAUSES = 3;

    private final Map<PartitionProgress, Wait> waits = new HashMap<>();

    /** What to wait next, and when. */
    private record Wait(Duration atMost, long dueNs) {}

    /** Whether to wait for the partition now. */
    boolean isDue(PartitionProgress progress, long nowNs) {
        Wait wait = waits.get(progress);
        return wait == null || nowNs - wait.dueNs() >= 0;
    }

    /** For how long. */
    Duration atMost(PartitionProgress progress) {
        Wait wait = waits.get(progress);
        return wait == null ? FIRST : wait.atMost();
    }

    /** It was waited for, and whether it has come to rest. */
    void onWaited(PartitionProgress progress, boolean quiet, long nowNs) {
        if (quiet) {
            waits.remove(progress);
            return;
        }
        Duration waited = atMost(progress);
        Duration longer = waited.multipliedBy(2);
        waits.remove(progress);
        Duration pause = waited.multipliedBy(PAUSES * (waits.size() + 1L));
        waits.put(progress, new Wait(longer.compareTo(LONGEST) > 0 ? LONGEST : longer, nowNs + pause.toNanos()));
    }

    /** Forgets all others: nothing is asked of them any more. */
    void retain(Set<PartitionProgress> asked) {
        waits.keySet().retainAll(asked);
    }
}
