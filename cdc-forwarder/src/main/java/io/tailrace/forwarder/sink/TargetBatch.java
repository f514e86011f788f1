package io.tailrace.forwarder.sink;

import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Records of one partition that go to the target together. Which offsets they are to get there is known from the start,
 * and so are their sequences. Guarded by the lock of its {@link TargetWriter} until it is closed, immutable afterwards.
 */
abstract sealed class TargetBatch permits BuiltBatch, PassedBatch {

    private final PartitionBatches partition;
    private final long baseOffset;
    private final long createdNs;

    TargetBatch(PartitionBatches partition, long baseOffset, long createdNs) {
        this.partition = partition;
        this.baseOffset = baseOffset;
        this.createdNs = createdNs;
    }

    final PartitionBatches partition() {
        return partition;
    }

    /** The offset that the first record is to get. */
    final long baseOffset() {
        return baseOffset;
    }

    final long createdNs() {
        return createdNs;
    }

    /** How many records it has. */
    abstract int count();

    /** Whether it took the record. */
    abstract boolean append(OutgoingRecord record);

    /** Whether it takes no more. */
    abstract boolean isFull();

    /** No more records: what goes over the wire, the same at each attempt. */
    abstract MemoryRecords close();

    abstract void onAcknowledged(long targetOffset);

    /**
     * The target refuses something in it for good.
     *
     * @return smaller batches that are to go in its place; none if those whom it concerns were told
     */
    abstract List<TargetBatch> onRefused(Exception reason);

    abstract void onDiscarded();
}
