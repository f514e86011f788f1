package io.tailrace.forwarder.decode;

/**
 * A row that holds a whole record batch (row shape "batches"), as it is stored: checked and taken apart only by {@link
 * BatchRecords}, since many a batch is skipped unread. The array must not be changed.
 */
public final class LogBatch implements Change {
    private final int topicId;
    private final int partition;
    private final long offset;
    private final int recordCount;
    private final byte[] bytes;

    /**
     * @param offset the first offset that the row covers
     * @param recordCount how many offsets it covers; after compaction the batch may have fewer records
     */
    public LogBatch(int topicId, int partition, long offset, int recordCount, byte[] bytes) {
        this.topicId = topicId;
        this.partition = partition;
        this.offset = offset;
        this.recordCount = recordCount;
        this.bytes = bytes;
    }

    public int topicId() {
        return topicId;
    }

    public int partition() {
        return partition;
    }

    public long offset() {
        return offset;
    }

    public int recordCount() {
        return recordCount;
    }

    /** The first offset behind the row. */
    public long endExc() {
        return offset + recordCount;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return "topic " + topicId + ", partition " + partition + ", batch at offset " + offset;
    }
}
