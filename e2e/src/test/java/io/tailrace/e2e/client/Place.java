package io.tailrace.e2e.client;

/** Where a record was stored; the offset is -1 where none was acknowledged. */
public record Place(int partition, long offset) {}
