package io.tailrace.forwarder.replay;

/**
 * A request to send a range of the log again.
 *
 * @param next everything below it is sent
 * @param endExc the first offset that is not sent again
 */
public record Replay(long id, int topicId, int partition, long next, long endExc) {}
