package io.tailrace.broker.log;

import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.AbstractRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts records together into batches for a consumer. A batch ends where the kind of timestamp changes: with log append
 * time all records of a batch have one. Served batches carry no producer id; sequences are no business of consumers. What is
 * stored as a batch goes in between as it is. Confined to one thread.
 */
final class RecordsWriter {

    private static final int PARTITION_LEADER_EPOCH = 0;

    private final ByteBufferOutputStream stream;
    private final int maxBytes;
    private @Nullable MemoryRecordsBuilder builder;
    private boolean logAppendTime;
    private long batchTimestampMs;
    private int finishedBytes;

    /** @param maxBytes its size, unless the first record alone is larger */
    RecordsWriter(int initialBytes, int maxBytes) {
        this.stream = new ByteBufferOutputStream(initialBytes);
        this.maxBytes = maxBytes;
    }

    /** Adds a record, or returns false if there is no room for it. The first always fits. */
    boolean add(long offset, SimpleRecord record, boolean withLogAppendTime) {
        MemoryRecordsBuilder current = builderFor(offset, record.timestamp(), withLogAppendTime);
        boolean first = finishedBytes == 0 && current.numRecords() == 0;
        if (!first && !hasRoom(current, record)) {
            return false;
        }
        current.appendWithOffset(offset, record);
        return true;
    }

    /** Adds a batch as it is, or returns false if there is no room for it. The first always fits. */
    boolean addBatch(ByteBuffer batch) {
        finishBatch();
        if (finishedBytes > 0 && finishedBytes + batch.remaining() > maxBytes) {
            return false;
        }
        finishedBytes += batch.remaining();
        stream.write(batch);
        return true;
    }

    private boolean hasRoom(MemoryRecordsBuilder current, SimpleRecord record) {
        if (current.numRecords() > 0) {
            return current.hasRoomFor(record.timestamp(), record.key(), record.value(), record.headers());
        }
        // The builder takes the first record of a batch whatever its size; of a later batch we do not.
        int size = AbstractRecords.estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE, CompressionType.NONE, record.key(), record.value(), record.headers());
        return finishedBytes + size <= maxBytes;
    }

    private MemoryRecordsBuilder builderFor(long offset, long timestampMs, boolean withLogAppendTime) {
        MemoryRecordsBuilder current = builder;
        boolean fits = current != null
                && withLogAppendTime == logAppendTime
                && (!logAppendTime || timestampMs == batchTimestampMs);
        if (current != null && fits) {
            return current;
        }
        finishBatch();
        logAppendTime = withLogAppendTime;
        batchTimestampMs = timestampMs;
        MemoryRecordsBuilder next = newBuilder(offset);
        builder = next;
        return next;
    }

    private MemoryRecordsBuilder newBuilder(long baseOffset) {
        return new MemoryRecordsBuilder(
                stream,
                RecordBatch.CURRENT_MAGIC_VALUE,
                Compression.NONE,
                logAppendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                baseOffset,
                logAppendTime ? batchTimestampMs : RecordBatch.NO_TIMESTAMP,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                false,
                false,
                PARTITION_LEADER_EPOCH,
                Math.max(0, maxBytes - finishedBytes));
    }

    private void finishBatch() {
        MemoryRecordsBuilder current = builder;
        builder = null;
        if (current != null) {
            finishedBytes += current.build().sizeInBytes();
        }
    }

    /** Adds what stands for offsets without records, of which this is the last; left out where there is no room for it. */
    void addHole(long lastOffset) {
        finishBatch();
        if (finishedBytes == 0 || finishedBytes + HoleBatch.SIZE <= maxBytes) {
            HoleBatch.write(lastOffset, stream);
            finishedBytes += HoleBatch.SIZE;
        }
    }

    /** Everything that was added. */
    MemoryRecords finish() {
        finishBatch();
        if (finishedBytes == 0) {
            return MemoryRecords.EMPTY;
        }
        ByteBuffer buffer = stream.buffer().duplicate();
        buffer.flip();
        return MemoryRecords.readableRecords(buffer);
    }
}
