/**
 * The log on Postgres.
 *
 * <p>In: {@link io.tailrace.broker.log.LogAppends} takes a record batch for a partition, on any thread, and answers when
 * it is committed. It checks the batch ({@link io.tailrace.broker.log.IncomingBatch}) and hands it to the {@link
 * io.tailrace.broker.log.Appender} of the partition, a thread of its own that writes everything that waits in one
 * Postgres transaction ({@link io.tailrace.broker.log.AppendTransaction}).
 *
 * <p>Out: {@link io.tailrace.broker.log.LogReader} reads records from an offset, {@link
 * io.tailrace.broker.log.OffsetFinder} finds the offset of a time, both on the thread of the caller, which may block.
 *
 * <p>In between: {@link io.tailrace.broker.log.Partition} is what memory knows of a partition: its high watermark, its
 * producers, and who waits for more. {@link io.tailrace.broker.log.PartitionTable} holds them all.
 */
@NullMarked
package io.tailrace.broker.log;

import org.jspecify.annotations.NullMarked;
