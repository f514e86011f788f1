package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.decode.LogBatch;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/** A batch that is passed on as it is stored, its records unread: only the header says who sends it now. */
final class PassedBatch extends TargetBatch {

    private final int count;
    private final MemoryRecords records;
    private final Arrival arrival;

    PassedBatch(
            PartitionBatches partition,
            ProducerIdentity identity,
            long baseOffset,
            LogBatch stored,
            Arrival arrival,
            long nowNs) {
        super(partition, baseOffset, nowNs);
        this.count = stored.recordCount();
        this.arrival = arrival;
        this.records = records(stored, identity, ProducerIdentity.sequence(baseOffset));
    }

    private static MemoryRecords records(LogBatch stored, ProducerIdentity identity, int sequence) {
        byte[] bytes = stored.bytes().clone();
        ByteBuffer batch = ByteBuffer.wrap(bytes);
        DefaultRecordBatch header = (DefaultRecordBatch)
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        DefaultRecordBatch.writeHeader(
                batch.duplicate(),
                0,
                stored.recordCount() - 1,
                bytes.length,
                RecordBatch.CURRENT_MAGIC_VALUE,
                header.compressionType(),
                TimestampType.CREATE_TIME,
                header.baseTimestamp(),
                header.maxTimestamp(),
                identity.producerId(),
                identity.epoch(),
                sequence,
                false,
                false,
                false,
                RecordBatch.NO_PARTITION_LEADER_EPOCH,
                stored.recordCount());
        return MemoryRecords.readableRecords(batch);
    }

    @Override
    int count() {
        return count;
    }

    @Override
    boolean append(OutgoingRecord record) {
        return false;
    }

    @Override
    boolean isFull() {
        return true;
    }

    @Override
    MemoryRecords close() {
        return records;
    }

    @Override
    void onAcknowledged(long targetOffset) {
        arrival.onAcknowledged(targetOffset);
    }

    @Override
    List<TargetBatch> onRefused(Exception reason) {
        arrival.onRefusedAsWhole(reason);
        return List.of();
    }

    @Override
    void onDiscarded() {
        arrival.onDiscarded();
    }
}
