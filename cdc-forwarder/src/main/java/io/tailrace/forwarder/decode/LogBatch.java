package io.tailrace.forwarder.decode;

/**
 * A row that holds a whole record batch (row shape "batches"), as it is stored: checked only by {@link BatchHeader}, and taken
 * apart by {@link BatchRecords}, since many a batch is skipped unread. The array must not be changed.
 */
public final class LogBatch implements LogEntry {
    /** What a batch costs in memory beside its bytes. */
    private static final int OVERHEAD_BYTES = 500;

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

    @Override
    public int topicId() {
        return topicId;
    }

    @Override
    public int partition() {
        return partition;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public int recordCount() {
        return recordCount;
    }

    @Override
    public int sizeBytes() {
        return OVERHEAD_BYTES + bytes.length;
    }

    /** The batch with its header, in Kafka's format. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return "topic " + topicId + ", partition " + partition + ", batch at offset " + offset;
    }
}
