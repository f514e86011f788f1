/**
 * What can be measured from outside, in Prometheus's text format: {@link io.tailrace.forwarder.metrics.ForwarderMetrics} shows
 * the counters and the state of the forwarder and its slot, {@link io.tailrace.forwarder.metrics.PartitionLags} how far each
 * partition is behind, and {@link io.tailrace.forwarder.metrics.Health} answers whether the forwarder does its work. Nothing
 * here waits for Postgres or the target when somebody asks: the numbers are those of the last look.
 */
@NullMarked
package io.tailrace.forwarder.metrics;

import org.jspecify.annotations.NullMarked;
