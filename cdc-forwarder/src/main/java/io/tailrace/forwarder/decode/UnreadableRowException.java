package io.tailrace.forwarder.decode;

/** A row that this version cannot turn into records. It is never skipped: the forwarder stops at it and says so. */
public final class UnreadableRowException extends RuntimeException {
    public UnreadableRowException(String message) {
        super(message);
    }

    public UnreadableRowException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What is wrong with the batch of this row. */
    static UnreadableRowException inBatch(LogBatch row, Exception cause) {
        return at(
                row.topicId(),
                row.partition(),
                row.offset(),
                new IllegalArgumentException("the batch cannot be read: " + cause.getMessage(), cause));
    }

    /** What is wrong with the row at this place. */
    static UnreadableRowException at(int topicId, int partition, long offset, Exception cause) {
        return new UnreadableRowException(
                "topic %d, partition %d, offset %d: %s".formatted(topicId, partition, offset, cause.getMessage()),
                cause);
    }
}
