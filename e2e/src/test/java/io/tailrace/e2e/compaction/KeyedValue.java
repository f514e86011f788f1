package io.tailrace.e2e.compaction;

import org.jspecify.annotations.Nullable;

/**
 * A record of a compacted topic.
 *
 * @param value grows from record to record of a key; null deletes the key
 */
public record KeyedValue(String key, @Nullable Long value) {}
