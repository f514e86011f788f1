package io.tailrace.forwarder.offsets;

/**
 * From {@code sourceOffset} on, up to the next run, a record at offset s stands on the target at {@code targetOffset} +
 * (s − {@code sourceOffset}).
 */
public record OffsetRun(long sourceOffset, long targetOffset) {

    /** Where a record of this run stands on the target. */
    public long target(long offset) {
        return targetOffset + (offset - sourceOffset);
    }
}
