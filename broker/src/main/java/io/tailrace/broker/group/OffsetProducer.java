package io.tailrace.broker.group;

/** A producer that commits offsets in a transaction, with the epoch that the transaction has. */
public record OffsetProducer(long producerId, short producerEpoch) {}
