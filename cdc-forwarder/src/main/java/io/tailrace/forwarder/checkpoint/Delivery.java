package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.sink.Arrival;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to the target, or a batch as it is stored. The writer's network thread notes how it ended (and nothing
 * else); the thread that moves records asks for it.
 */
public final class Delivery implements Arrival {
    private static final long PENDING = -1;
    private static final long REFUSED = -2;
    private static final long DISCARDED = -3;
    private static final long REFUSED_AS_WHOLE = -4;

    private final PartitionProgress progress;
    private final long offset;
    private final int recordCount;
    private final int sizeBytes;
    private final int generation;
    private final boolean again;
    private @Nullable Exception error;
    /** The offset that the target gave the record, or one of the states; written last, so that it publishes the error. */
    private volatile long targetOffset = PENDING;

    /** @param recordCount how many offsets it covers, from {@code offset} on */
    public Delivery(PartitionProgress progress, long offset, int recordCount, int sizeBytes) {
        this(progress, offset, recordCount, sizeBytes, false);
    }

    private Delivery(PartitionProgress progress, long offset, int recordCount, int sizeBytes, boolean again) {
        this.progress = progress;
        this.offset = offset;
        this.recordCount = recordCount;
        this.sizeBytes = sizeBytes;
        this.generation = progress.generation();
        this.again = again;
    }

    /** A record that was sent before: its place on the target is nobody's. */
    public static Delivery again(PartitionProgress progress, long offset, int sizeBytes) {
        return new Delivery(progress, offset, 1, sizeBytes, true);
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
    public void onRefusedAsWhole(Exception reason) {
        error = reason;
        targetOffset = REFUSED_AS_WHOLE;
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

    public int recordCount() {
        return recordCount;
    }

    /** The first offset behind it. */
    public long endExc() {
        return offset + recordCount;
    }

    /** Whether it was sent before, and goes once more on request. */
    public boolean isAgain() {
        return again;
    }

    public boolean isPending() {
        return targetOffset == PENDING;
    }

    /** Whether it was not taken, and is to be offered again: something before it was not, or it is to be taken apart. */
    public boolean isDiscarded() {
        return targetOffset == DISCARDED || targetOffset == REFUSED_AS_WHOLE;
    }

    /** Why the target refused it; null if it did not, or if it is still on its way. */
    public @Nullable Exception error() {
        return targetOffset == REFUSED ? error : null;
    }

    /** Why the target does not take the batch as it is; null if that is not what became of it. */
    public @Nullable Exception errorAsWhole() {
        return targetOffset == REFUSED_AS_WHOLE ? error : null;
    }

    /** The offset that the target gave it, or its first record. */
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
