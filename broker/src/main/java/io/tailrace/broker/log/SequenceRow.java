package io.tailrace.broker.log;

/** A row of {@code kafka.producer_sequences} to be written. */
record SequenceRow(PartitionId partition, long producerId, int slot, short epoch, ProducerBatch batch) {

    /** The primary key: a slot that is written twice in one transaction keeps the later batch. */
    record Key(PartitionId partition, long producerId, int slot) {}

    Key key() {
        return new Key(partition, producerId, slot);
    }
}
