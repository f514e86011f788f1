package io.tailrace.forwarder.source;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a stream that seems to run does run, by comparing what it says of itself with what Postgres says of the
 * slot. A connection can die without either end noticing for hours, and an engine can stop without ending; meanwhile
 * the slot keeps write-ahead log until the disk is full. Confined to one thread.
 */
public final class StreamWatch {
    /** Less than this is what Postgres writes when nothing happens. */
    private static final long MIN_UNREAD_BYTES = 256;

    private static final long PROBE_INTERVAL_NS = 10_000_000_000L;

    private final StreamProgress stream;
    private final long start;
    private final long limitNs;

    private long probe;
    private long probedNs;
    private long movedNs;
    private long confirmedNs;
    private long events;
    private long seen;
    private long sent;
    private long confirmed;

    /**
     * @param start the slot's confirmed position when the stream began
     * @param limit how long nothing may move though there is something to read
     */
    public StreamWatch(StreamProgress stream, long start, Duration limit, long nowNs) {
        this.stream = stream;
        this.start = start;
        this.limitNs = limit.toNanos();
        this.seen = start;
        this.confirmed = start;
        this.probe = start;
        this.probedNs = nowNs - PROBE_INTERVAL_NS;
        this.movedNs = nowNs;
        this.confirmedNs = nowNs;
    }

    /** What is wrong with the stream, and why. */
    public record Complaint(boolean isSilent, String reason) {}

    /** Looks at the slot's state as it is now. @return what is wrong, or null */
    public @Nullable Complaint check(ReplicationSlot.State slot, long nowNs) {
        if (slot.confirmed() > Math.max(start, stream.marked())) {
            return new Complaint(
                    false,
                    "the replication slot was moved or made anew by somebody else, and stands behind what was read; what it left out is read from the table");
        }
        if (hasMoved(slot)) {
            movedNs = nowNs;
        }
        if (stream.isBusy() || stream.marked() <= slot.confirmed() || slot.confirmed() != confirmed) {
            confirmedNs = nowNs;
        }
        confirmed = slot.confirmed();
        if (nowNs - movedNs > limitNs) {
            return new Complaint(true, "Debezium brings nothing, though there is write-ahead log to read");
        }
        return nowNs - confirmedNs > limitNs
                ? new Complaint(true, "Debezium does not confirm to Postgres what was forwarded")
                : null;
    }

    private boolean hasMoved(ReplicationSlot.State slot) {
        long eventsNow = stream.events();
        long seenNow = Math.max(start, stream.seen());
        // Postgres may have much to read that is none of ours.
        boolean isReading = slot.sent() != sent && slot.sent() < probe;
        boolean moved = eventsNow != events || seenNow != seen || isReading;
        events = eventsNow;
        seen = seenNow;
        sent = slot.sent();
        return moved || stream.isBusy() || seen >= probe;
    }

    /** Whether something should be written that the stream must bring. */
    public boolean wantsProbe(ReplicationSlot.State slot, long nowNs) {
        return seen >= probe && slot.current() - seen >= MIN_UNREAD_BYTES && nowNs - probedNs >= PROBE_INTERVAL_NS;
    }

    /** It was written at that position. */
    public void onProbe(long position, long nowNs) {
        movedNs = nowNs;
        probe = position;
        probedNs = nowNs;
    }
}
