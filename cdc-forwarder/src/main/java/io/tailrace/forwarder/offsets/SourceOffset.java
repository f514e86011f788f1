package io.tailrace.forwarder.offsets;

/** An offset of a partition of the log. */
public record SourceOffset(int topicId, int partition, long offset) {}
