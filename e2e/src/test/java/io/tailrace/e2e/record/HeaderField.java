package io.tailrace.e2e.record;

import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** One header of a record; keys may repeat. */
public record HeaderField(String key, @Nullable Bytes value) {}
