/**
 * How far the forwarder has come in each partition: in memory while it runs
 * ({@link io.tailrace.forwarder.checkpoint.PartitionProgress}, with the sends that wait for their acknowledgement in
 * {@link io.tailrace.forwarder.checkpoint.Deliveries}), and in {@code kafka.forwarder_positions} for the next run
 * ({@link io.tailrace.forwarder.checkpoint.PositionStore}). Acknowledgements enter on the producer's network thread and
 * are only noted there; everything else runs on the thread that moves records.
 */
@NullMarked
package io.tailrace.forwarder.checkpoint;

import org.jspecify.annotations.NullMarked;
