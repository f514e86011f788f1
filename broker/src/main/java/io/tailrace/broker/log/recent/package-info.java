/**
 * The tail of the log in memory. Each partition keeps its newest batches ({@link io.tailrace.broker.log.recent.RecentBatches}), in
 * pieces of a memory that all partitions share ({@link io.tailrace.broker.log.recent.RecentMemory}); consumers that are caught up
 * get them from there as they are, without Postgres.
 */
@NullMarked
package io.tailrace.broker.log.recent;

import org.jspecify.annotations.NullMarked;
