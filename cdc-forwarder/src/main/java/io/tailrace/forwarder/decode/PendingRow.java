package io.tailrace.forwarder.decode;

/**
 * A row that was written in a transaction: a record, or a batch of them. Whether it counts is decided later, so only its
 * place is kept; its content is read from the table if the transaction commits.
 *
 * @param offset the first offset that it covers
 * @param recordCount how many it covers
 */
public record PendingRow(int topicId, int partition, long offset, int recordCount) implements Change {

    /** The first offset behind the row. */
    public long endExc() {
        return offset + recordCount;
    }
}
