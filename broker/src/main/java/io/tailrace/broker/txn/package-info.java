/**
 * Transactions.
 *
 * <p>In: {@link io.tailrace.broker.txn.TransactionCoordinator} takes what producers ask of their transactional ids, on any
 * thread, and answers when it is in Postgres. Each transactional id has its own queue ({@link
 * io.tailrace.broker.txn.SerialTasks}): one thing happens to it at a time, on an executor that may block.
 *
 * <p>{@link io.tailrace.broker.txn.Transaction} decides: Kafka's state machine, values in and values out. {@link
 * io.tailrace.broker.txn.TransactionStore} writes: each decision is one Postgres transaction. Then memory follows: {@link
 * io.tailrace.broker.txn.TransactionalProducer}, and through it the partitions, which take records of open transactions
 * only, and end their readers of committed records before them.
 *
 * <p>{@link io.tailrace.broker.txn.TransactionEndings} writes an outcome and tells the groups whose offsets are part of it.
 * {@link io.tailrace.broker.txn.TransactionMarkers} takes outcomes for single partitions from administrators, past all that.
 *
 * <p>In the background: {@link io.tailrace.broker.txn.TransactionUpkeep} aborts what took too long, completes what a restart
 * or a failure left half done, and forgets what is old.
 */
@NullMarked
package io.tailrace.broker.txn;

import org.jspecify.annotations.NullMarked;
