package io.tailrace.forwarder.source;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a replication stream has come, for whoever watches over it. Positions are byte numbers in the write-ahead log.
 * Thread-safe: written by the engine's thread, read by others.
 */
public final class StreamProgress {
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong marked = new AtomicLong();
    private volatile boolean busy;

    /** Rows and outcomes that came. */
    public long events() {
        return events.get();
    }

    /** The end of the last transaction that was seen to be over; 0 if none was. */
    public long seen() {
        return seen.get();
    }

    /** Up to where Debezium was told to confirm; 0 if nothing was. */
    public long marked() {
        return marked.get();
    }

    /** Whether something that came is being worked on: then it is not Debezium that keeps us waiting. */
    public boolean isBusy() {
        return busy;
    }

    public void onBusy(boolean working) {
        busy = working;
    }

    public void onEvent() {
        events.incrementAndGet();
    }

    public void onSeen(long position) {
        seen.accumulateAndGet(position, Math::max);
    }

    public void onMarked(long position) {
        marked.accumulateAndGet(position, Math::max);
    }
}
