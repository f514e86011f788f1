/**
 * End to end: the packaged broker and forwarder as processes, a real Postgres, a real Kafka behind SASL_SSL, and real clients.
 * Whole applications (Kafka Streams, Kafka Connect, large groups, many transactions, compacted topics) run on a
 * {@link io.tailrace.e2e.program.TestCluster} and are struck; a check of its own, with a unit test, judges each.
 * {@link io.tailrace.e2e.shadow} compares both sides of the forwarder. Every load comes from a seed, which is printed; {@code -Dtailrace.test.seed=N} runs it again.
 */
@NullMarked
package io.tailrace.e2e;

import org.jspecify.annotations.NullMarked;
