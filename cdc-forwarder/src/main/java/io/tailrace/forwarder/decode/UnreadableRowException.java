package io.tailrace.forwarder.decode;

/** A row that this version cannot turn into a record. It is never skipped: the forwarder stops at it and says so. */
public final class UnreadableRowException extends RuntimeException {
    public UnreadableRowException(String message) {
        super(message);
    }

    public UnreadableRowException(String message, Throwable cause) {
        super(message, cause);
    }

    static UnreadableRowException batch(int topicId, int partition, long offset) {
        return new UnreadableRowException(
                ("topic %d, partition %d, offset %d is stored as a whole batch (storage.format = batches), "
                                + "which this version of the forwarder cannot read; nothing was skipped, upgrade the forwarder")
                        .formatted(topicId, partition, offset));
    }
}
