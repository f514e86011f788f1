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

/** A batch that is put together from single records. */
final class BuiltBatch extends TargetBatch {

    private static final int INITIAL_BYTES = 4096;
    private static final Header[] NO_HEADERS = {};

    private final ProducerIdentity identity;
    private final Compression compression;
    private final MemoryRecordsBuilder builder;
    private final List<OutgoingRecord> outgoing = new ArrayList<>();

    private @Nullable MemoryRecords records;

    BuiltBatch(
            PartitionBatches partition,
            ProducerIdentity identity,
            Compression compression,
            long baseOffset,
            int limitBytes,
            long nowNs) {
        super(partition, baseOffset, nowNs);
        this.identity = identity;
        this.compression = compression;
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

    /** A batch takes at least one record, however large. */
    @Override
    boolean append(OutgoingRecord record) {
        Header[] headers = record.headers().toArray(NO_HEADERS);
        boolean hasRoom =
                outgoing.isEmpty() || builder.hasRoomFor(record.timestampMs(), record.key(), record.value(), headers);
        if (records != null || !hasRoom) {
            return false;
        }
        builder.append(record.timestampMs(), record.key(), record.value(), headers);
        outgoing.add(record);
        return true;
    }

    @Override
    MemoryRecords close() {
        MemoryRecords closed = records;
        if (closed == null) {
            closed = builder.build();
            records = closed;
        }
        return closed;
    }

    @Override
    boolean isFull() {
        return records != null || builder.isFull();
    }

    @Override
    int count() {
        return outgoing.size();
    }

    @Override
    void onAcknowledged(long targetOffset) {
        long offset = targetOffset;
        for (OutgoingRecord record : outgoing) {
            record.arrival().onAcknowledged(offset++);
        }
    }

    /** One record each, so that it shows which one it is. */
    @Override
    List<TargetBatch> onRefused(Exception reason) {
        if (outgoing.size() == 1) {
            outgoing.get(0).arrival().onRefused(reason);
            return List.of();
        }
        List<TargetBatch> single = new ArrayList<>();
        long offset = baseOffset();
        for (OutgoingRecord record : outgoing) {
            BuiltBatch one = new BuiltBatch(partition(), identity, compression, offset++, 1, createdNs());
            one.append(record);
            one.close();
            single.add(one);
        }
        return single;
    }

    @Override
    void onDiscarded() {
        outgoing.forEach(record -> record.arrival().onDiscarded());
    }
}
