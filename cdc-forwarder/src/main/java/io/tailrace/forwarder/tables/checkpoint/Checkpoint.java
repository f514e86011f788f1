package io.tailrace.forwarder.tables.checkpoint;

import io.tailrace.forwarder.sink.ProducerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * How far a table stream has come. Immutable.
 *
 * @param lsn every transaction that ends here or before is on the target; 0 if none is
 * @param messageCount the records sent so far
 * @param producer who this stream is to the target, or null if it never sent anything
 */
public record Checkpoint(long lsn, long messageCount, @Nullable ProducerIdentity producer) {
    public static final Checkpoint NONE = new Checkpoint(0, 0, null);
}
