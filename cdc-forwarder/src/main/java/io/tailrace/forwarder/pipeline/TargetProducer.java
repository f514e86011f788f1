package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.sink.IdentityRequest;
import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetWriter;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Who the forwarder is to the target, and the writer that it has there until that fails. Confined to the thread that moves
 * records. Owns: the writer.
 */
final class TargetProducer {
    private final TargetSettings settings;
    private @Nullable TargetWriter writer;
    private @Nullable ProducerIdentity identity;
    private boolean identityRefused;

    TargetProducer(TargetSettings settings) {
        this.settings = settings;
    }

    /** @param known who the forwarder is to the target */
    void begin(ProducerIdentity known) {
        identity = known;
        identityRefused = false;
        writer = new TargetWriter(settings);
    }

    /** Whether there is a writer. */
    boolean isThere() {
        return writer != null;
    }

    TargetWriter writer() {
        if (writer == null) {
            throw new IllegalStateException("begin() comes first");
        }
        return writer;
    }

    /**
     * Where somebody else writes, offsets do not tell what has arrived: a new identity takes no notice of what an older
     * one has sent.
     */
    ProducerIdentity identity(boolean shared) throws InterruptedException {
        ProducerIdentity known = identity;
        return known == null || shared ? IdentityRequest.send(settings) : known;
    }

    /** Why the writer cannot go on; null if it can, or if there is none. */
    @Nullable
    TargetException failure() {
        Exception failure = writer == null ? null : writer.failure();
        if (failure == null) {
            return null;
        }
        identityRefused = isIdentityRefused(failure);
        return new TargetException("the target does not take records any more: " + failure.getMessage(), failure);
    }

    private static boolean isIdentityRefused(Exception failure) {
        return failure instanceof InvalidProducerEpochException
                || failure instanceof ProducerFencedException
                || failure instanceof InvalidPidMappingException;
    }

    /** Whether the target takes nothing any more of the identity that the last writer had. */
    boolean isIdentityRefused() {
        return identityRefused;
    }

    /** Gives up what the writer has on its way. */
    void end() {
        TargetWriter ended = writer;
        writer = null;
        if (ended != null) {
            ended.close();
        }
    }
}
