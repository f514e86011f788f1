package io.tailrace.forwarder.decode;

/** What the replication stream brings that concerns the log. */
public sealed interface Change permits LogEntry, PendingRow, Outcome {}
