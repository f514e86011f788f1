/**
 * Records that SQL produces: {@code kafka.produce} puts a row into {@code kafka.outbox} in the caller's own transaction, and
 * {@link io.tailrace.broker.outbox.Outbox}, a thread with a connection of its own, moves it into the log once that
 * transaction is committed.
 *
 * <p>In: a notification, or a look at the table now and then. Out: {@link io.tailrace.broker.log.LogAppends}, where a row
 * leaves the outbox in the very transaction that writes its record ({@link io.tailrace.broker.outbox.OutboxStore}).
 */
@NullMarked
package io.tailrace.broker.outbox;

import org.jspecify.annotations.NullMarked;
