/**
 * Removes what topics no longer keep, in the background and in small steps.
 *
 * <p>{@link io.tailrace.broker.cleaner.Cleaner} has two threads, each with a connection of its own ({@link
 * io.tailrace.broker.cleaner.CleanerThread}): one does {@link io.tailrace.broker.cleaner.RetentionRound} again and again
 * (note what runs of the log hold, find what has expired, move the start of the log, delete the rows below it), the other
 * {@link io.tailrace.broker.cleaner.CompactionRound}. Both look at memory first, so that a broker that nobody writes to
 * asks Postgres nothing. {@link io.tailrace.broker.cleaner.Forwarders} tells what must still wait to be forwarded.
 */
@NullMarked
package io.tailrace.broker.cleaner;

import org.jspecify.annotations.NullMarked;
