package io.tailrace.forwarder.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * A saved position: every record of the partition below {@code nextOffset} is acknowledged by the target.
 *
 * @param targetNextOffset the offset after the last acknowledged record there, or null if none is known
 * @param shared whether somebody else was found to write to the target's partition
 */
public record Position(int topicId, int partition, long nextOffset, @Nullable Long targetNextOffset, boolean shared) {}
