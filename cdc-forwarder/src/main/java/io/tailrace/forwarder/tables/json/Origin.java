package io.tailrace.forwarder.tables.json;

/**
 * Where changes come from: the transaction.
 *
 * @param lsn of its commit, as Postgres writes it
 * @param commitMs when that was
 */
public record Origin(String database, String lsn, long commitMs, long xid) {}
