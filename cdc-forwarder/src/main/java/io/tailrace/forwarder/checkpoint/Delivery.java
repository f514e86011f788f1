package io.tailrace.forwarder.checkpoint;

import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way to the target. The producer's network thread notes how it ended (and nothing else); the thread
 * that moves records asks for it.
 */
public final class Delivery implements Callback {
    private static final long PENDING = -1;
    private static final long FAILED = -2;

    private final PartitionProgress progress;
    private final long offset;
    private final int sizeBytes;
    private final int generation;
    private @Nullable Exception error;
    /** The offset that the target gave the record, or one of the states; written last, so that it publishes the error. */
    private volatile long targetOffset = PENDING;

    public Delivery(PartitionProgress progress, long offset, int sizeBytes) {
        this.progress = progress;
        this.offset = offset;
        this.sizeBytes = sizeBytes;
        this.generation = progress.generation();
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (exception == null && metadata != null) {
            targetOffset = metadata.offset();
            return;
        }
        error = exception;
        if (!isUntaken(exception)) {
            progress.refused();
        }
        targetOffset = FAILED;
    }

    public PartitionProgress progress() {
        return progress;
    }

    public long offset() {
        return offset;
    }

    public boolean isPending() {
        return targetOffset == PENDING;
    }

    /**
     * Whether the producer did not even take the record, so that it can be offered again: its memory is full, or it has no
     * metadata of the topic because the target is away or refuses the login for now. What it has taken does not fail
     * with these: the time for delivery is unlimited.
     */
    public boolean isUntaken() {
        return isUntaken(error());
    }

    private static boolean isUntaken(@Nullable Exception error) {
        return error instanceof TimeoutException || error instanceof AuthenticationException;
    }

    /** Why the record did not arrive; null if it did, or is still on its way. */
    public @Nullable Exception error() {
        return targetOffset == FAILED ? error : null;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    int generation() {
        return generation;
    }

    long targetOffset() {
        return targetOffset;
    }
}
