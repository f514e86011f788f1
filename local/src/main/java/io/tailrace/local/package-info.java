/**
 * Postgres and Kafka as child processes of this machine, for {@code tailrace dev} and for every test.
 *
 * <p>{@link io.tailrace.local.LocalPostgres} runs an unpacked Postgres 18, {@link io.tailrace.local.LocalKafka} a real
 * single-node Apache Kafka. Both keep or throw away their directory and can be stopped, killed and started again on the
 * same port. Every child is a {@link io.tailrace.local.ChildProcess}: it watches a pipe from its parent and ends when
 * the parent is gone, however that died, so that nothing is left behind.
 */
@NullMarked
package io.tailrace.local;

import org.jspecify.annotations.NullMarked;
