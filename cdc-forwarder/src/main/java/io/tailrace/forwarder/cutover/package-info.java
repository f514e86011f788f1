/**
 * The move to the target, as the commands of {@code tailrace migrate} make it: a process of its own, beside the broker and the
 * forwarder, which it meets in Postgres only.
 *
 * <p>{@link io.tailrace.forwarder.cutover.Progress} tells how far each topic has come, {@link
 * io.tailrace.forwarder.cutover.Plan} what stands in the way and what cannot follow, and {@link
 * io.tailrace.forwarder.cutover.Cutover} does it: prepare, fence, drain, verify, freeze and move the groups, mark as moved. All
 * state is in {@code kafka.migration} ({@link io.tailrace.forwarder.cutover.MigrationTable}); whoever dies on the way leaves a
 * fence that ends by itself, and the next attempt begins anew.
 */
@NullMarked
package io.tailrace.forwarder.cutover;

import org.jspecify.annotations.NullMarked;
