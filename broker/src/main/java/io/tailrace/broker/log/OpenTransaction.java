package io.tailrace.broker.log;

/**
 * One partition's part in an open transaction. While it is among the partition's transactions and has records, it keeps the
 * last stable offset at the first of them.
 *
 * <p>Its identity counts: a producer's next transaction has another one, also where all numbers are the same. So an append
 * that is late, and comes to a transaction that has ended, touches nothing that anybody still looks at.
 *
 * <p>Any thread may read it. The coordinator ends it; the first offset is set on the thread of the partition's appender.
 */
public final class OpenTransaction {

    /** The first offset of a transaction without records. */
    static final long NO_RECORDS = Long.MAX_VALUE;

    private final long producerId;
    private final short producerEpoch;
    private final long registration;
    private volatile long firstOffset;
    private volatile boolean ending;
    private volatile boolean withdrawn;

    /** @param registration the number of its row in {@code kafka.transaction_partitions} */
    OpenTransaction(long producerId, short producerEpoch, long registration, long firstOffset) {
        this.producerId = producerId;
        this.producerEpoch = producerEpoch;
        this.registration = registration;
        this.firstOffset = firstOffset;
    }

    long producerId() {
        return producerId;
    }

    short producerEpoch() {
        return producerEpoch;
    }

    /** The number of its row in {@code kafka.transaction_partitions}. */
    public long registration() {
        return registration;
    }

    /** The offset of its first record, or {@link #NO_RECORDS}. */
    long firstOffset() {
        return firstOffset;
    }

    public boolean hasRecords() {
        return firstOffset != NO_RECORDS;
    }

    /** True from the attempt to end it on: it takes no more records. */
    boolean isEnding() {
        return ending;
    }

    /** It is about to be ended, or, after an attempt that failed, goes on. */
    public void setEnding(boolean isEnding) {
        ending = isEnding;
    }

    /** True once its records are not in the log any more, or nobody here knows. */
    boolean isWithdrawn() {
        return withdrawn;
    }

    void withdraw() {
        withdrawn = true;
    }

    void onAppended(long offset) {
        firstOffset = Math.min(firstOffset, offset);
    }
}
