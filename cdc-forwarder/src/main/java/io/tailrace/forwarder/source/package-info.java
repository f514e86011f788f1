/**
 * Postgres: the connection and lock of a running forwarder ({@link io.tailrace.forwarder.source.SourceSession}), its
 * replication slots ({@link io.tailrace.forwarder.source.ReplicationSlot}), one for each share of the topics ({@link
 * io.tailrace.forwarder.source.Shares}; mostly one of all), and Debezium's engines on these slots ({@link
 * io.tailrace.forwarder.source.ReplicationStreams}), whose events enter the pipeline on the engines' own threads ({@link
 * io.tailrace.forwarder.source.StreamHandler}).
 *
 * <p>Which positions are marked: an engine runs without stored offsets, so its slot's confirmed position is where it
 * begins; Postgres sends transactions whole, in the order of their commits, from the first one that is not confirmed. Only
 * heartbeats between two transactions are marked, once all rows before them are acknowledged and saved; what is
 * confirmed to Postgres is then the end of a transaction of which nothing is open.
 */
@NullMarked
package io.tailrace.forwarder.source;

import org.jspecify.annotations.NullMarked;
