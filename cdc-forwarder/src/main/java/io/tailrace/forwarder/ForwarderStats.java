package io.tailrace.forwarder;

import java.util.concurrent.atomic.LongAdder;

/** What the forwarder has done since it started. Thread-safe: counters only. */
public final class ForwarderStats {
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder arrived = new LongAdder();
    private final LongAdder repeated = new LongAdder();
    private final LongAdder gapsFilled = new LongAdder();
    private final LongAdder restarts = new LongAdder();

    /** The counters at one moment. */
    public record Snapshot(long forwarded, long arrived, long skipped, long repeated, long gapsFilled, long restarts) {}

    public Snapshot snapshot() {
        return new Snapshot(
                forwarded.sum(), arrived.sum(), skipped.sum(), repeated.sum(), gapsFilled.sum(), restarts.sum());
    }

    /** Records that the target acknowledged. */
    public long forwarded() {
        return forwarded.sum();
    }

    /** Records that were found on the target though no acknowledgement had come, after a crash for instance. */
    public long arrived() {
        return arrived.sum();
    }

    /** Rows that came again after a restart and were not sent again. */
    public long skipped() {
        return skipped.sum();
    }

    /** Records that may be on the target twice, because a crash came where somebody else writes as well. */
    public long repeated() {
        return repeated.sum();
    }

    /** Times that the stream jumped and the table was read for what lay in between. */
    public long gapsFilled() {
        return gapsFilled.sum();
    }

    /** New starts of the replication after a failure. */
    public long restarts() {
        return restarts.sum();
    }

    public void onForwarded() {
        forwarded.increment();
    }

    public void onArrived(long records) {
        arrived.add(records);
    }

    public void onSkipped() {
        skipped.increment();
    }

    public void onRepeated(long records) {
        repeated.add(records);
    }

    public void onGapFilled() {
        gapsFilled.increment();
    }

    void onRestart() {
        restarts.increment();
    }
}
