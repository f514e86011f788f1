package io.tailrace.broker.log;

/** What a group appends to one transaction in one partition. Confined to the appender's thread. */
final class TransactionAppend {

    private final PartitionId partition;
    private final OpenTransaction transaction;
    private final long firstOffset;
    private long lastOffset;

    TransactionAppend(PartitionId partition, OpenTransaction transaction, long firstOffset) {
        this.partition = partition;
        this.transaction = transaction;
        this.firstOffset = firstOffset;
        this.lastOffset = firstOffset;
    }

    PartitionId partition() {
        return partition;
    }

    OpenTransaction transaction() {
        return transaction;
    }

    long firstOffset() {
        return firstOffset;
    }

    long lastOffset() {
        return lastOffset;
    }

    void onAppended(long offset) {
        lastOffset = offset;
    }

    /** The append is committed. */
    void apply() {
        transaction.onAppended(firstOffset);
    }
}
