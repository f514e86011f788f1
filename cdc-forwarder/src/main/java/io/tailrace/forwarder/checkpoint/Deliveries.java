package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.retry.Backoff;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What was sent and not yet settled, in the order of the log. It is settled strictly in that order, whatever order the
 * acknowledgements come in: so {@link #settled()} is a watermark, below which nothing is open.
 * Confined to the thread that moves records.
 */
public final class Deliveries {
    private final ArrayDeque<Delivery> open = new ArrayDeque<>();
    private long bytes;
    private long sent;
    private long settled;

    /** Notes what was handed to the writer. */
    public void add(Delivery delivery) {
        open.addLast(delivery);
        bytes += delivery.sizeBytes();
        sent += delivery.recordCount();
        if (delivery.isAgain()) {
            delivery.progress().onSentAgain();
        } else {
            delivery.progress().onSent(delivery.endExc());
        }
    }

    /** Takes the oldest, or null if it is still on its way or there is none. */
    public @Nullable Delivery pollSettled() {
        Delivery oldest = open.peekFirst();
        if (oldest == null || oldest.isPending()) {
            return null;
        }
        open.removeFirst();
        bytes -= oldest.sizeBytes();
        settled += oldest.recordCount();
        return oldest;
    }

    /** Applies an acknowledgement; returns whether it counts, see {@link PartitionProgress#onAcknowledged} */
    public static boolean acknowledge(Delivery delivery) {
        return delivery.isAgain()
                ? delivery.progress().onAcknowledgedAgain(delivery.targetOffset(), delivery.generation())
                : delivery.progress()
                        .onAcknowledged(
                                delivery.offset(),
                                delivery.recordCount(),
                                delivery.targetOffset(),
                                delivery.generation());
    }

    /** Notes that the target gave an offset out again; returns whether it counts, see {@link PartitionProgress#onFallenBack} */
    public static boolean fallBack(Delivery delivery) {
        PartitionProgress progress = delivery.progress();
        long next = delivery.isAgain() ? progress.next() : delivery.offset();
        return progress.onFallenBack(next, delivery.targetOffset(), delivery.generation());
    }

    /** Applies a refusal; returns whether it is the one to tell about, see {@link PartitionProgress#onRefused} */
    public static boolean refuse(Delivery delivery, long nowNs, Backoff backoff) {
        return delivery.isAgain()
                ? delivery.progress().onNotTakenAgain(delivery.generation())
                : delivery.progress().onRefused(delivery.offset(), delivery.generation(), nowNs, backoff);
    }

    /** Notes that it was not taken; returns whether it is the first, see {@link PartitionProgress#onDiscarded} */
    public static boolean discard(Delivery delivery) {
        if (delivery.errorAsWhole() != null) {
            delivery.progress().takeApart(delivery.endExc());
        }
        return delivery.isAgain()
                ? delivery.progress().onNotTakenAgain(delivery.generation())
                : delivery.progress().onDiscarded(delivery.offset(), delivery.generation());
    }

    /** Forgets what is open: its producer is gone. The watermark takes it as settled; the caller rewinds. */
    public void abandon() {
        for (Delivery delivery : open) {
            delivery.progress().rewind();
            settled += delivery.recordCount();
        }
        open.clear();
        bytes = 0;
    }

    public boolean isEmpty() {
        return open.isEmpty();
    }

    public long bytes() {
        return bytes;
    }

    /** How many records were ever sent: the watermark's value once everything sent by now is settled. */
    public long sent() {
        return sent;
    }

    /** How many records were settled. */
    public long settled() {
        return settled;
    }
}
