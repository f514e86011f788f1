package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.sink.Arrival;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way to the target. The writer's network thread notes how it ended (and nothing else); the thread
 * that moves records asks for it.
 */
public final class Delivery implements Arrival {
    private static final long PENDING = -1;
    private static final long REFUSED = -2;
    private static final long DISCARDED = -3;

    private final PartitionProgress progress;
    private final long offset;
    private final int sizeBytes;
    private final int generation;
    private final boolean again;
    private @Nullable Exception error;
    /** The offset that the target gave the record, or one of the states; written last, so that it publishes the error. */
    private volatile long targetOffset = PENDING;

    public Delivery(PartitionProgress progress, long offset, int sizeBytes) {
        this(progress, offset, sizeBytes, false);
    }

    private Delivery(PartitionProgress progress, long offset, int sizeBytes, boolean again) {
        this.progress = progress;
        this.offset = offset;
        this.sizeBytes = sizeBytes;
        this.generation = progress.generation();
        this.again = again;
    }

    /** One that was sent before: its place on the target is nobody's. */
    public static Delivery again(PartitionProgress progress, long offset, int sizeBytes) {
        return new Delivery(progress, offset, sizeBytes, true);
    }

    @Override
    public void onAcknowledged(long acknowledgedOffset) {
        targetOffset = acknowledgedOffset;
    }

    @Override
    public void onRefused(Exception reason) {
        error = reason;
        progress.refused();
        targetOffset = REFUSED;
    }

    @Override
    public void onDiscarded() {
        targetOffset = DISCARDED;
    }

    public PartitionProgress progress() {
        return progress;
    }

    public long offset() {
        return offset;
    }

    /** Whether it was sent before, and goes once more on request. */
    public boolean isAgain() {
        return again;
    }

    public boolean isPending() {
        return targetOffset == PENDING;
    }

    /** Whether it was not taken because something before it was not. */
    public boolean isDiscarded() {
        return targetOffset == DISCARDED;
    }

    /** Why the target refused it; null if it did not, or if it is still on its way. */
    public @Nullable Exception error() {
        return targetOffset == REFUSED ? error : null;
    }

    /** The offset that the target gave it. */
    public long targetOffset() {
        return targetOffset;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    int generation() {
        return generation;
    }
}
