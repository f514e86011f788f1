/**
 * Transactions at random and what became of them: a {@link io.tailrace.e2e.transaction.Worker} begins, sends, commits and aborts
 * and writes each step into its {@link io.tailrace.e2e.transaction.Journal} before it takes it, so that whoever kills it knows
 * what it was about; {@link io.tailrace.e2e.transaction.TransactionCheck} compares the journals with the log.
 */
@NullMarked
package io.tailrace.e2e.transaction;

import org.jspecify.annotations.NullMarked;
