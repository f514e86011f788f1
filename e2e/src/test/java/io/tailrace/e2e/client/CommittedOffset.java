package io.tailrace.e2e.client;

/** An offset that a group has committed. */
public record CommittedOffset(long offset, String metadata) {

    /** librdkafka's Python sends the end of the C string along. */
    public CommittedOffset {
        metadata = metadata.replace("\0", "");
    }

    public CommittedOffset(long offset) {
        this(offset, "");
    }
}
