package io.tailrace.forwarder.sink;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Records of one partition that go to the target together. Which offsets they are to get there is known from the start,
 * and so are their sequences. Guarded by the lock of its {@link TargetWriter} until it is closed, immutable afterwards.
 */
final class TargetBatch {

    private static final int INITIAL_BYTES = 4096;
    private static final Header[] NO_HEADERS = {};

    private final PartitionBatches partition;
    private final long baseOffset;
    private final MemoryRecordsBuilder builder;
    private final List<OutgoingRecord> outgoing = new ArrayList<>();
    private final long createdNs;

    private @Nullable MemoryRecords records;

    TargetBatch(
            PartitionBatches partition,
            ProducerIdentity identity,
            Compression compression,
            long baseOffset,
            int limitBytes,
            long nowNs) {
        this.partition = partition;
        this.baseOffset = baseOffset;
        this.createdNs = nowNs;
        this.builder = new MemoryRecordsBuilder(
                new ByteBufferOutputStream(ByteBuffer.allocate(Math.min(INITIAL_BYTES, limitBytes))),
                RecordBatch.CURRENT_MAGIC_VALUE,
                compression,
                TimestampType.CREATE_TIME,
                0L,
                RecordBatch.NO_TIMESTAMP,
                identity.producerId(),
                identity.epoch(),
                ProducerIdentity.sequence(baseOffset),
                false,
                false,
                RecordBatch.NO_PARTITION_LEADER_EPOCH,
                limitBytes);
    }

    /** Whether the batch took it; a batch takes at least one record, however large. */
    boolean append(OutgoingRecord record) {
        Header[] headers = record.headers().toArray(NO_HEADERS);
        boolean hasRoom = isEmpty() || builder.hasRoomFor(record.timestampMs(), record.key(), record.value(), headers);
        if (records != null || !hasRoom) {
            return false;
        }
        builder.append(record.timestampMs(), record.key(), record.value(), headers);
        outgoing.add(record);
        return true;
    }

    /** No more records: what goes over the wire, the same at each attempt. */
    MemoryRecords close() {
        MemoryRecords closed = records;
        if (closed == null) {
            closed = builder.build();
            records = closed;
        }
        return closed;
    }

    boolean isFull() {
        return records != null || builder.isFull();
    }

    boolean isEmpty() {
        return outgoing.isEmpty();
    }

    PartitionBatches partition() {
        return partition;
    }

    /** The offset that the first record is to get. */
    long baseOffset() {
        return baseOffset;
    }

    /** The offset behind the last record. */
    long endOffset() {
        return baseOffset + outgoing.size();
    }

    int count() {
        return outgoing.size();
    }

    List<OutgoingRecord> outgoing() {
        return outgoing;
    }

    long createdNs() {
        return createdNs;
    }
}
