package io.tailrace.e2e.client;

/** Which offset of a partition is asked for. Immutable. */
public record OffsetQuery(String at, boolean readCommitted) {

    public static final OffsetQuery EARLIEST = new OffsetQuery("earliest", false);
    public static final OffsetQuery LATEST = new OffsetQuery("latest", false);
    /** The end of what {@code read_committed} shows. */
    public static final OffsetQuery LATEST_COMMITTED = new OffsetQuery("latest", true);
    /** Of the record with the greatest timestamp. */
    public static final OffsetQuery MAX_TIMESTAMP = new OffsetQuery("max", false);

    /** Of the first record of this time or later. */
    public static OffsetQuery atTimestamp(long timestampMs) {
        return new OffsetQuery(Long.toString(timestampMs), false);
    }
}
