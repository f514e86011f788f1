package io.tailrace.forwarder;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the forwarder has done since it started. Thread-safe: numbers only. */
public final class ForwarderStats {
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder arrived = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder gapsFilled = new LongAdder();
    private final LongAdder restarts = new LongAdder();
    private final LongAdder silentStreams = new LongAdder();
    private final LongAdder droppedSlots = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder broughtBack = new LongAdder();
    private final LongAdder sentAgain = new LongAdder();
    private final AtomicLong inFlight = new AtomicLong();
    private final AtomicLong answeredNs = new AtomicLong(System.nanoTime());
    private volatile int held;
    private volatile int leftAtTarget;
    private volatile int openReplays;

    /** The counters at one moment. */
    public record Snapshot(
            long forwarded, long arrived, long skipped, long repeated, long lost, long gapsFilled, long restarts) {}

    public Snapshot snapshot() {
        return new Snapshot(
                forwarded.sum(),
                arrived.sum(),
                skipped.sum(),
                repeated.sum(),
                lost.sum(),
                gapsFilled.sum(),
                restarts.sum());
    }

    /** Records that the target acknowledged. */
    public long forwarded() {
        return forwarded.sum();
    }

    /** Records that were found on the target though no acknowledgement had come, after a crash for instance. */
    public long arrived() {
        return arrived.sum();
    }

    /** Records that came again after a restart and were not sent again. */
    public long skipped() {
        return skipped.sum();
    }

    /** Records that may be on the target twice, because a crash came where somebody else writes as well. */
    public long repeated() {
        return repeated.sum();
    }

    /** Records that the target had acknowledged and lost, and that were sent again. */
    public long lost() {
        return lost.sum();
    }

    /** Times that the stream jumped and the table was read for what lay in between. */
    public long gapsFilled() {
        return gapsFilled.sum();
    }

    /** New starts of the replication after a failure. */
    public long restarts() {
        return restarts.sum();
    }

    /** Streams that were ended because they seemed to run, but brought or confirmed nothing. */
    public long silentStreams() {
        return silentStreams.sum();
    }

    /** Slots that were dropped because they kept too much write-ahead log. */
    public long droppedSlots() {
        return droppedSlots.sum();
    }

    /** Refusals of the target; a record that is tried again and refused again counts again. */
    public long refused() {
        return refused.sum();
    }

    /** Records of the target that came back into the log, while clients are there. */
    public long broughtBack() {
        return broughtBack.sum();
    }

    /** Records that were sent again because somebody asked for it. */
    public long sentAgain() {
        return sentAgain.sum();
    }

    /** Requests to send a range of the log again that are not through. */
    public int openReplays() {
        return openReplays;
    }

    /** Topics and partitions of the target that do not come back, as there are none here; 0 while nothing comes back. */
    public int leftAtTarget() {
        return leftAtTarget;
    }

    /** Records that were sent and not settled. */
    public long inFlight() {
        return inFlight.get();
    }

    /** Partitions of which nothing is sent for now: a record was refused, or the topic is not fit for it. */
    public int held() {
        return held;
    }

    /** For how long the target has answered nothing, though something is on its way; otherwise zero. */
    public Duration targetSilence() {
        return inFlight.get() == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - answeredNs.get());
    }

    /** Records are on their way. */
    public void onSent(int records) {
        if (inFlight.getAndAdd(records) == 0) {
            answeredNs.set(System.nanoTime());
        }
    }

    /** Records are not on their way any more, whatever became of them. */
    public void onSettled(int records) {
        answeredNs.set(System.nanoTime());
        inFlight.addAndGet(-records);
    }

    /** Nothing is on its way any more. */
    public void onAbandoned() {
        inFlight.set(0);
    }

    public void onRefused() {
        refused.increment();
    }

    public void onHeld(int partitions) {
        held = partitions;
    }

    public void onForwarded(int records) {
        forwarded.add(records);
    }

    public void onArrived(long records) {
        arrived.add(records);
    }

    public void onSkipped(long records) {
        skipped.add(records);
    }

    public void onRepeated(long records) {
        repeated.add(records);
    }

    public void onLost(long records) {
        lost.add(records);
    }

    public void onBroughtBack(long records) {
        broughtBack.add(records);
    }

    public void onSentAgain(long records) {
        sentAgain.add(records);
    }

    public void onOpenReplays(int requests) {
        openReplays = requests;
    }

    public void onLeftAtTarget(int topicsAndPartitions) {
        leftAtTarget = topicsAndPartitions;
    }

    public void onGapFilled() {
        gapsFilled.increment();
    }

    void onRestart() {
        restarts.increment();
    }

    void onSilentStream() {
        silentStreams.increment();
    }

    void onDroppedSlot() {
        droppedSlots.increment();
    }
}
