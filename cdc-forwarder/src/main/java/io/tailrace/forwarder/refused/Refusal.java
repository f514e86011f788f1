package io.tailrace.forwarder.refused;

/** A record that the target refused, and what it said. */
public record Refusal(String topic, int topicId, int partition, long offset, String reason) {}
