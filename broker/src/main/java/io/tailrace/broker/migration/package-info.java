/**
 * The broker's side of a migration to the target of a forwarder.
 *
 * <p>{@link io.tailrace.broker.migration.MigrationWatch} knows how things stand ({@link io.tailrace.broker.migration.Stage}),
 * from the row of {@code kafka.migration}: it listens for changes, and looks now and then. While the log is fenced, the
 * appender refuses records, on its word or on that of Postgres, which needs nobody's, and {@link
 * io.tailrace.broker.migration.FencedProduces} says so when the fence is gone; committed offsets are frozen in the same
 * way for the moment in which they are copied to the target. Once the cluster has moved, {@link
 * io.tailrace.broker.migration.MoveGate} stands before the handlers and answers for the target, as {@link
 * io.tailrace.broker.migration.TargetCluster} describes it: what the forwarder has read there and left in Postgres, for the
 * broker itself never connects to the target.
 */
@NullMarked
package io.tailrace.broker.migration;

import org.jspecify.annotations.NullMarked;
