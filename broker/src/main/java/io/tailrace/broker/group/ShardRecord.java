package io.tailrace.broker.group;

import org.jspecify.annotations.Nullable;

/**
 * A record of a shard's log; the arrays are not copied.
 *
 * @param committed what it commits, if it commits an offset
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record ShardRecord(byte[] key, byte[] value, long offset, @Nullable CommittedOffset committed) {}
