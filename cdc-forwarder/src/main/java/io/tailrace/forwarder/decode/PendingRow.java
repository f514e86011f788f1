package io.tailrace.forwarder.decode;

/**
 * A record that was written in a transaction. Whether it counts is decided later, so only its place is kept; its content
 * is read from the table if the transaction commits.
 */
public record PendingRow(int topicId, int partition, long offset) implements Change {}
