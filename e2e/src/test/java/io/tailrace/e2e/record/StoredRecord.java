package io.tailrace.e2e.record;

/** A record as it was read back. */
public record StoredRecord(long offset, LogRecord content) {}
