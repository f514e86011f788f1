package io.tailrace.forwarder.refused;

/** A refused record that is to be sent again. */
public record RetryRequest(int topicId, int partition, long offset) {}
