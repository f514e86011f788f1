package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.retry.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One partition of the log on its way to the target. It is either flowing, or held: after the target refused a record
 * for good nothing more of the partition is sent (the rows stay in the table), until a probe, one record alone, goes
 * through. Confined to the thread that moves records, but for {@link #refused()}, which the producer's network thread
 * sets so that nothing more is sent while the refusal still waits to be noticed in order.
 */
public final class PartitionProgress {
    private final int topicId;
    private final int partition;
    /** The offset of the next record to hand to the producer. */
    private long next;
    /** Everything below is acknowledged. */
    private long acknowledged;

    private @Nullable Long targetNext;
    private int inFlight;
    /** Raised at each refusal: sends of an older generation are sent again and no longer count. */
    private int generation;

    private volatile boolean refused;
    private @Nullable Hold hold;
    private @Nullable Position saved;

    /** What keeps a partition from flowing, and when to try again. */
    private record Hold(long probeAtNs, Duration delay, boolean probing) {}

    public PartitionProgress(int topicId, int partition, long next, @Nullable Long targetNext) {
        this.topicId = topicId;
        this.partition = partition;
        this.next = next;
        this.acknowledged = next;
        this.targetNext = targetNext;
    }

    /** A partition that goes on where a saved position says. */
    public static PartitionProgress from(Position position) {
        PartitionProgress progress = new PartitionProgress(
                position.topicId(), position.partition(), position.nextOffset(), position.targetNextOffset());
        progress.saved = position;
        return progress;
    }

    public int topicId() {
        return topicId;
    }

    public int partition() {
        return partition;
    }

    public long next() {
        return next;
    }

    public @Nullable Long targetNext() {
        return targetNext;
    }

    /** What the target's next offset is, learned otherwise than by an acknowledgement. */
    public void targetNext(long offset) {
        targetNext = offset;
    }

    /** Whether records may be sent now. */
    public boolean isFlowing() {
        return hold == null && !refused;
    }

    /** Whether the record at {@code offset} is the one to send now. */
    public boolean takes(long offset) {
        return offset == next && !refused && (hold == null || hold.probing());
    }

    /** There is nothing between {@code next} and {@code offset}: deleted, compacted, never written. */
    public void skipTo(long offset) {
        next = Math.max(next, offset);
    }

    /** The record at {@code offset} was handed to the producer. */
    void onSent(long offset) {
        next = offset + 1;
        inFlight++;
    }

    /** Whether the acknowledgement counts: one of a send beyond a refused record does not, it is sent again. */
    boolean onAcknowledged(long offset, long targetOffset, int sentInGeneration) {
        inFlight--;
        targetNext = targetOffset + 1;
        if (sentInGeneration != generation && offset >= next) {
            return false;
        }
        acknowledged = offset + 1;
        if (hold != null && hold.probing() && sentInGeneration == generation) {
            hold = null;
        }
        return true;
    }

    /** Whether this refusal is the first of its generation: the partition is held from now on. */
    boolean onRefused(long offset, int sentInGeneration, long nowNs, Backoff backoff) {
        inFlight--;
        if (sentInGeneration != generation) {
            refused = false;
            return false;
        }
        hold(nowNs, backoff);
        next = offset;
        return true;
    }

    /** Holds the partition back at its next record; each time in a row for longer. */
    public void hold(long nowNs, Backoff backoff) {
        Hold before = hold;
        Duration delay = backoff.after(before == null ? null : before.delay());
        hold = new Hold(nowNs + delay.toNanos(), delay, false);
        generation++;
        refused = false;
    }

    /** Whether it is time to try the record at {@link #next()} again. */
    public boolean isProbeDue(long nowNs) {
        return hold != null && !hold.probing() && inFlight == 0 && nowNs - hold.probeAtNs() >= 0;
    }

    /** What held the partition may have gone: if it is held, the next try is at that time. */
    public void probeAt(long nowNs) {
        if (hold != null) {
            hold = new Hold(nowNs, hold.delay(), hold.probing());
        }
    }

    /** The next record sent is a probe: if it is acknowledged, the partition flows again. */
    public void probe() {
        if (hold != null) {
            hold = new Hold(hold.probeAtNs(), hold.delay(), true);
        }
    }

    /** There is nothing left that could be refused. */
    public void release() {
        hold = null;
    }

    /** What was sent and not acknowledged is lost with its producer: it will be sent again. */
    public void rewind() {
        inFlight = 0;
        next = acknowledged;
        generation++;
        refused = false;
        if (hold != null) {
            hold = new Hold(hold.probeAtNs(), hold.delay(), false);
        }
    }

    /** Another process has forwarded up to here meanwhile. */
    public void advanceTo(Position position) {
        if (position.nextOffset() > acknowledged) {
            acknowledged = position.nextOffset();
            next = Math.max(next, acknowledged);
            targetNext = position.targetNextOffset();
            saved = position;
        }
    }

    int generation() {
        return generation;
    }

    /** Called by the producer's network thread. */
    void refused() {
        refused = true;
    }

    /** The position to save, or null if the saved one still says the same. */
    public @Nullable Position unsaved() {
        long position = inFlight == 0 ? next : acknowledged;
        Position current = new Position(topicId, partition, position, targetNext);
        return current.equals(saved) ? null : current;
    }

    public void onSaved(Position position) {
        saved = position;
    }
}
