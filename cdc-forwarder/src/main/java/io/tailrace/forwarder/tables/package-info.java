/**
 * Ordinary tables to Kafka, as {@code tailrace tables}: reads a publication through a replication slot of its own and sends
 * a JSON record for each change. It has nothing to do with the log of the broker.
 *
 * <p>The way of a change: Postgres's replication connection ({@link io.tailrace.forwarder.tables.ReplicationConnection})
 * → {@link io.tailrace.forwarder.tables.pgoutput} (bytes to messages) → {@link
 * io.tailrace.forwarder.tables.ChangeStream} (numbers the changes of a transaction) → {@link
 * io.tailrace.forwarder.tables.json} → {@link io.tailrace.forwarder.tables.target} (leaves out what the target has, sends
 * the rest) → {@link io.tailrace.forwarder.tables.checkpoint}, once it is acknowledged. All on one thread, but for the
 * acknowledgements, which come on the network thread of the target.
 *
 * <p>{@link io.tailrace.forwarder.tables.TableStreamer} is the entry: it runs {@link
 * io.tailrace.forwarder.tables.TableRun} after run until it is stopped.
 */
@NullMarked
package io.tailrace.forwarder.tables;

import org.jspecify.annotations.NullMarked;
