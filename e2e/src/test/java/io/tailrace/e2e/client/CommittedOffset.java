package io.tailrace.e2e.client;

/** An offset that a group has committed. */
public record CommittedOffset(long offset, String metadata) {

    public CommittedOffset(long offset) {
        this(offset, "");
    }
}
