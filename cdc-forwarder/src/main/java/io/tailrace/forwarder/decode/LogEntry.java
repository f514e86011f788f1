package io.tailrace.forwarder.decode;

/** What a row of {@code kafka.messages} holds and can be sent at once: a record, or a whole batch. Immutable. */
public sealed interface LogEntry extends Change permits LogRow, LogBatch {

    int topicId();

    int partition();

    /** The first offset that it covers. */
    long offset();

    /** How many offsets it covers, from its first on. */
    int recordCount();

    /** The first offset behind it. */
    default long endExc() {
        return offset() + recordCount();
    }

    /** Roughly the memory that it holds until it is acknowledged. */
    int sizeBytes();
}
