package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.offsets.OffsetRun;
import io.tailrace.forwarder.retry.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One partition of the log on its way to the target. It is either flowing, or held: after the target refused a record
 * for good nothing more of the partition is sent (the rows stay in the table), until a probe, one record alone, goes
 * through. Before anything is sent it must be aligned: where it ends on the target is known, and which of its records
 * come next there. Confined to the thread that moves records, but for {@link #refused()}, which the producer's network thread
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
    private boolean shared;
    private boolean aligned;
    /** Where the target's partition was last seen to end, if that was not taken into account yet. */
    private @Nullable Long targetEnd;
    /** Whether it was asked where the target's partition ends, with nothing in flight since. */
    private boolean asked;
    /** The lowest offset that the target gave out a second time: what it had there before is lost. */
    private @Nullable Long fallenTo;

    private int inFlight;
    /** Raised at each refusal: sends of an older generation are sent again and no longer count. */
    private int generation;

    /** Stored batches that begin below it are taken apart: the target has refused one of them as it is. */
    private long apartBelow;

    private final MapTail map = new MapTail();

    private volatile boolean refused;
    private @Nullable Hold hold;
    private @Nullable Position saved;

    /** What keeps a partition from flowing, and when to try again. */
    private record Hold(long probeAtNs, Duration delay, boolean refused, boolean probing) {
        Hold at(long nowNs) {
            return new Hold(nowNs, delay, refused, probing);
        }

        Hold probing(boolean sent) {
            return new Hold(probeAtNs, delay, refused, sent);
        }
    }

    public PartitionProgress(int topicId, int partition, long next, @Nullable Long targetNext) {
        this.topicId = topicId;
        this.partition = partition;
        this.next = next;
        this.acknowledged = next;
        this.targetNext = targetNext;
    }

    /** A partition that goes on where a saved position says. */
    public static PartitionProgress from(Checkpoint checkpoint) {
        Position position = checkpoint.position();
        PartitionProgress progress = new PartitionProgress(
                position.topicId(), position.partition(), position.nextOffset(), position.targetNextOffset());
        progress.shared = position.shared();
        progress.onLoaded(checkpoint);
        return progress;
    }

    private void onLoaded(Checkpoint checkpoint) {
        saved = checkpoint.position();
        map.reset(checkpoint.runs().isEmpty() ? null : checkpoint.runs().get(0));
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

    /** Whether somebody else was found to write to the target's partition. */
    public boolean isShared() {
        return shared;
    }

    /** Somebody else was found to write there. Returns whether that is new. */
    public boolean share() {
        boolean before = shared;
        shared = true;
        return !before;
    }

    /** Whether the target's partition is known to end behind the last acknowledged record. */
    public boolean isAligned() {
        return aligned;
    }

    /** Whether it must be asked where the target's partition ends. */
    public boolean lacksTargetEnd() {
        return !aligned && targetEnd == null;
    }

    /**
     * Whether to ask now where the target's partition ends. Not while something is in flight: an end from before it lands
     * would look as if the target had lost it.
     */
    public boolean askTargetEnd() {
        asked = lacksTargetEnd() && inFlight == 0;
        return asked;
    }

    /** Where the target's partition ends. What waited for that only can be tried at once. */
    public void onTargetEnd(long end, long nowNs) {
        if (aligned || !asked) {
            return;
        }
        targetEnd = end;
        if (hold != null && !hold.refused()) {
            probeAt(nowNs);
        }
    }

    /** Where the target's partition ends, if that is known and not taken into account yet; otherwise null. */
    public @Nullable Long targetEnd() {
        return inFlight == 0 ? targetEnd : null;
    }

    /** Whether anything is on its way. */
    public boolean isInFlight() {
        return inFlight > 0;
    }

    /** Whether the target has lost records that it acknowledged, if its partition ends at {@code end}. */
    public boolean hasLost(long end) {
        return fallenTo != null || (targetNext != null && end < targetNext);
    }

    /** Whether it is known that the target has lost records, and nothing was done about it yet. */
    public boolean isAstray() {
        Long end = targetEnd();
        return end != null && !aligned && hasLost(end);
    }

    /** The lowest offset that the target gave out a second time, if it did so. */
    public @Nullable Long fallenTo() {
        return fallenTo;
    }

    /** The target has lost records: from this position on everything is sent again. Only while nothing is in flight. */
    public void cutBack(Checkpoint to) {
        next = to.position().nextOffset();
        acknowledged = next;
        targetNext = to.position().targetNextOffset();
        shared = to.position().shared();
        fallenTo = null;
        onLoaded(to);
    }

    /** The record at {@code offset} was found on the target, where the last acknowledged one ends. */
    public void onArrived(long offset, long targetOffset) {
        map.note(offset, targetOffset);
        next = offset + 1;
        acknowledged = next;
        targetNext = targetOffset + 1;
    }

    /** The target's partition ends here, and {@link #next()} is what comes next. */
    public void align(long end) {
        if (map.isEmpty()) {
            map.note(acknowledged, end);
        }
        targetNext = end;
        targetEnd = null;
        fallenTo = null;
        aligned = true;
    }

    /** The target's partition may end elsewhere than it should. */
    public void unalign() {
        aligned = false;
        targetEnd = null;
        asked = false;
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

    /** Whether a stored batch that begins there goes record by record, as the target does not take it as it is. */
    public boolean takesApart(long offset) {
        return offset < apartBelow;
    }

    /** What is stored below goes record by record from now on. */
    void takeApart(long endExc) {
        apartBelow = Math.max(apartBelow, endExc);
    }

    /** What ends there was handed to the writer. */
    void onSent(long endExc) {
        next = endExc;
        inFlight++;
    }

    /** Whether the acknowledgement counts: one of a send beyond a refused record does not, it is sent again. */
    boolean onAcknowledged(long offset, int recordCount, long targetOffset, int sentInGeneration) {
        inFlight--;
        if (sentInGeneration != generation && offset >= next) {
            return false;
        }
        map.note(offset, targetOffset);
        targetNext = targetOffset + recordCount;
        acknowledged = offset + recordCount;
        if (hold != null && hold.probing() && sentInGeneration == generation) {
            hold = null;
        }
        return true;
    }

    /**
     * The target gave the record an offset that it had given to an earlier one. Whether this is the first of its
     * generation: the partition is to be aligned anew.
     */
    boolean onFallenBack(long offset, long targetOffset, int sentInGeneration) {
        if (sentInGeneration != generation) {
            return false;
        }
        inFlight--;
        fallenTo = targetOffset;
        next = offset;
        generation++;
        unalign();
        return true;
    }

    /** Whether this refusal is the first of its generation: the partition is held from now on. */
    boolean onRefused(long offset, int sentInGeneration, long nowNs, Backoff backoff) {
        inFlight--;
        if (sentInGeneration != generation) {
            refused = false;
            return false;
        }
        hold(nowNs, backoff, true);
        next = offset;
        return true;
    }

    /** Whether this is the first record that was not taken: the partition goes on with it when it is aligned again. */
    boolean onDiscarded(long offset, int sentInGeneration) {
        inFlight--;
        if (sentInGeneration != generation) {
            return false;
        }
        next = offset;
        generation++;
        unalign();
        return true;
    }

    /** A record that was sent before goes once more: {@link #next()} stays where it is. */
    void onSentAgain() {
        inFlight++;
    }

    /** Whether the acknowledgement of a record that was sent before counts. Its place on the target is nobody's. */
    boolean onAcknowledgedAgain(long targetOffset, int sentInGeneration) {
        inFlight--;
        if (sentInGeneration != generation) {
            return false;
        }
        targetNext = targetOffset + 1;
        return true;
    }

    /** Whether this is the first of the records sent again that the target did not take: where it ends is to be asked for. */
    boolean onNotTakenAgain(int sentInGeneration) {
        inFlight--;
        refused = false;
        if (sentInGeneration != generation) {
            return false;
        }
        generation++;
        unalign();
        return true;
    }

    /** What was sent again ends here: the map leads past it, to where the next record gets. Only while nothing is in flight. */
    public void passRepeated() {
        map.note(acknowledged, Objects.requireNonNull(targetNext));
    }

    /** Holds the partition back at its next record, as it is unknown where that goes; each time in a row for longer. */
    public void hold(long nowNs, Backoff backoff) {
        hold(nowNs, backoff, false);
    }

    private void hold(long nowNs, Backoff backoff, boolean byRefusal) {
        Hold before = hold;
        Duration delay = backoff.after(before == null ? null : before.delay());
        hold = new Hold(nowNs + delay.toNanos(), delay, byRefusal, false);
        generation++;
        refused = false;
        unalign();
    }

    /** Whether it is time to try the record at {@link #next()} again. */
    public boolean isProbeDue(long nowNs) {
        return hold != null && !hold.probing() && inFlight == 0 && nowNs - hold.probeAtNs() >= 0;
    }

    /** What held the partition may have gone: if it is held, the next try is at that time. */
    public void probeAt(long nowNs) {
        if (hold != null) {
            hold = hold.at(nowNs);
        }
    }

    /** The next record sent is a probe: if it is acknowledged, the partition flows again. */
    public void probe() {
        if (hold != null) {
            hold = hold.probing(true);
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
        unalign();
        if (hold != null) {
            hold = hold.probing(false);
        }
    }

    /** Another process has forwarded up to here meanwhile, or records have come back from the target. */
    public void advanceTo(Checkpoint checkpoint) {
        Position position = checkpoint.position();
        if (position.nextOffset() > acknowledged || isFurtherAtTarget(position)) {
            acknowledged = position.nextOffset();
            next = Math.max(next, acknowledged);
            targetNext = position.targetNextOffset();
            shared = position.shared();
            onLoaded(checkpoint);
            unalign();
        }
    }

    /** Where others had begun transactions and nothing has come of these, only the target's offsets have gone on. */
    private boolean isFurtherAtTarget(Position position) {
        Long saves = position.targetNextOffset();
        return position.nextOffset() == acknowledged
                && inFlight == 0
                && saves != null
                && (targetNext == null || saves > targetNext);
    }

    int generation() {
        return generation;
    }

    /** Called by the producer's network thread. */
    void refused() {
        refused = true;
    }

    /** What is to be saved, or null if what is saved still says the same. */
    public @Nullable Checkpoint unsaved() {
        long position = inFlight == 0 ? next : acknowledged;
        Position current = new Position(topicId, partition, position, targetNext, shared);
        List<OffsetRun> runs = map.unsaved();
        return current.equals(saved) && runs.isEmpty() ? null : new Checkpoint(current, runs);
    }

    public void onSaved(Checkpoint checkpoint) {
        saved = checkpoint.position();
        map.onSaved(checkpoint.runs());
    }
}
