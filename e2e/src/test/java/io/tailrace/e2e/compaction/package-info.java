/**
 * A compacted topic: {@link io.tailrace.e2e.compaction.KeyedLoad} produces new values of a few keys,
 * {@link io.tailrace.e2e.compaction.CompactionCheck} says whether a reader got the latest of each, and
 * {@link io.tailrace.e2e.compaction.StoredSize} measures what a topic takes in Postgres.
 */
@NullMarked
package io.tailrace.e2e.compaction;

import org.jspecify.annotations.NullMarked;
