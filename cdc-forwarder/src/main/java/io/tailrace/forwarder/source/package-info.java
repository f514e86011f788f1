/**
 * Postgres: the connection and lock of a running forwarder ({@link io.tailrace.forwarder.source.SourceSession}), its
 * replication slot ({@link io.tailrace.forwarder.source.ReplicationSlot}), and Debezium's engine on that slot
 * ({@link io.tailrace.forwarder.source.ReplicationStream}), whose events enter the pipeline on the engine's own thread
 * ({@link io.tailrace.forwarder.source.StreamHandler}).
 *
 * <p>Which positions are marked: the engine runs without stored offsets, so the slot's confirmed position is where it
 * begins; Postgres sends transactions whole, in the order of their commits, from the first one that is not confirmed. Only
 * heartbeats between two transactions are marked, once all rows before them are acknowledged and saved; what is
 * confirmed to Postgres is then the end of a transaction of which nothing is open.
 */
@NullMarked
package io.tailrace.forwarder.source;

import org.jspecify.annotations.NullMarked;
