package io.tailrace.broker.log;

/**
 * Where a batch went.
 *
 * @param logAppendTimeMs the time that its records got, or −1 where they keep their own
 */
public record AppendResult(long baseOffset, long logAppendTimeMs, long logStartOffset) {}
