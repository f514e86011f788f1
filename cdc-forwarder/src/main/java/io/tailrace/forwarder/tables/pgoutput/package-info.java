/**
 * Postgres's logical replication messages, as its plugin pgoutput writes them (protocol version 1: transactions come
 * whole, after their commit, in the order of their commits). {@link
 * io.tailrace.forwarder.tables.pgoutput.MessageReader} turns bytes into {@link
 * io.tailrace.forwarder.tables.pgoutput.Message}s; values stay the text that Postgres sent.
 */
@NullMarked
package io.tailrace.forwarder.tables.pgoutput;

import org.jspecify.annotations.NullMarked;
