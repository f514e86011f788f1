package io.tailrace.forwarder.offsets;

/** Where an offset of the log is on the target. */
public sealed interface Place {

    /**
     * The record at the offset, or if there is none (a hole), the next one behind it.
     *
     * @param targetOffset its offset on the target; the partition's end there, if nothing follows yet
     */
    record At(long targetOffset) implements Place {}

    /** Not everything below the offset is acknowledged by the target. */
    record Ahead() implements Place {}

    /** Below what the map still knows, see {@link OffsetMapCleaner}. */
    record Below() implements Place {}
}
