package io.tailrace.forwarder.decode;

/**
 * A transaction was committed or aborted.
 *
 * @param marker the number of its row in {@code kafka.transaction_markers}
 */
public record Outcome(long marker) implements Change {}
