/**
 * What goes in and what comes out: {@link io.tailrace.e2e.record.RecordGenerator} makes records from a seed,
 * {@link io.tailrace.e2e.record.PartitionLogs} remembers what was sent, {@link io.tailrace.e2e.record.LogReader} reads a
 * cluster's partitions back, and {@link io.tailrace.e2e.record.LogComparison} says what was lost, repeated or moved.
 */
@NullMarked
package io.tailrace.e2e.record;

import org.jspecify.annotations.NullMarked;
