package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that wait for a transaction: the next record of each belongs to one, or lies behind one that was open
 * when it was last looked at. What the stream brings of them is only noted; once the transaction is decided the table
 * says what is committed. So a transaction of any size and age costs an entry here. Confined to the thread that moves
 * records.
 */
final class UndecidedPartitions {

    /** How often to look though no outcome came. */
    private static final long INTERVAL_NS = 200_000_000L;

    /** With the greatest offset that came down the stream and was not forwarded. */
    private final Map<PartitionProgress, Long> lastNoted = new LinkedHashMap<>();

    private @Nullable Outcome outcome;
    private long lookedAtNs = System.nanoTime();

    boolean contains(PartitionProgress progress) {
        return lastNoted.containsKey(progress);
    }

    void note(PartitionProgress progress, long offset) {
        lastNoted.merge(progress, offset, Math::max);
    }

    void onOutcome(Outcome decided) {
        outcome = decided;
    }

    /** The last outcome that came since it was asked for last, or null. */
    @Nullable
    Outcome takeOutcome() {
        Outcome last = outcome;
        outcome = null;
        return last;
    }

    boolean isDue(long nowNs) {
        if (lastNoted.isEmpty() || (outcome == null && nowNs - lookedAtNs < INTERVAL_NS)) {
            return false;
        }
        lookedAtNs = nowNs;
        return true;
    }

    List<PartitionProgress> all() {
        return List.copyOf(lastNoted.keySet());
    }

    /** Takes the partition as decided if everything that was noted of it lies below this end of the log. */
    void onDecided(PartitionProgress progress, long endExc) {
        lastNoted.computeIfPresent(progress, (key, offset) -> offset < endExc ? null : offset);
    }

    /** Forgets a partition. @return the greatest offset that was noted of it, or -1 */
    long remove(PartitionProgress progress) {
        Long last = lastNoted.remove(progress);
        return last == null ? -1 : last;
    }
}
