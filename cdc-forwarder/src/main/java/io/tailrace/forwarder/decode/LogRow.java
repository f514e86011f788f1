package io.tailrace.forwarder.decode;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * One record of the log, as it will be sent: topic id, partition and offset are its identity, the rest its content.
 * The arrays are handed on to the producer as they are and must not be changed.
 */
public final class LogRow implements LogEntry {
    /** What a record costs in memory beside its bytes: the objects that carry it until it is acknowledged. */
    private static final int OVERHEAD_BYTES = 200;

    private final int topicId;
    private final int partition;
    private final long offset;
    private final long timestampMs;
    private final byte @Nullable [] key;
    private final byte @Nullable [] value;
    private final List<Header> headers;

    public LogRow(
            int topicId,
            int partition,
            long offset,
            long timestampMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<Header> headers) {
        this.topicId = topicId;
        this.partition = partition;
        this.offset = offset;
        this.timestampMs = timestampMs;
        this.key = key;
        this.value = value;
        this.headers = headers;
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
        return 1;
    }

    public long timestampMs() {
        return timestampMs;
    }

    public byte @Nullable [] key() {
        return key;
    }

    public byte @Nullable [] value() {
        return value;
    }

    /** In the order of the record, duplicates kept. */
    public List<Header> headers() {
        return headers;
    }

    @Override
    public int sizeBytes() {
        int size = OVERHEAD_BYTES + length(key) + length(value);
        for (Header header : headers) {
            size += OVERHEAD_BYTES + header.key().length() + length(header.value());
        }
        return size;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    public String toString() {
        return "topic " + topicId + ", partition " + partition + ", offset " + offset;
    }
}
