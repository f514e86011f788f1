package io.tailrace.broker.group;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.jspecify.annotations.Nullable;

/**
 * A shard as the writer has it, from its loading to its next. Confined to one thread at a time, the one that Kafka's runtime
 * lets work on the shard.
 */
final class OwnedShard {

    private final TopicPartition partition;
    private final int leaderEpoch;
    private long logEndOffset;
    private PartitionWriter.@Nullable Listener listener;
    private boolean lost;

    OwnedShard(TopicPartition partition, ShardStore.Claim claim) {
        this.partition = partition;
        this.leaderEpoch = claim.leaderEpoch();
        this.logEndOffset = claim.logEndOffset();
    }

    synchronized long logEndOffset() {
        return logEndOffset;
    }

    synchronized ShardStore.Position positionFor(int records) {
        return new ShardStore.Position(partition.partition(), leaderEpoch, logEndOffset, logEndOffset + records);
    }

    /** Postgres has it: what waits for these records may be answered. */
    long advanceTo(long nextOffset) {
        PartitionWriter.Listener told;
        synchronized (this) {
            logEndOffset = nextOffset;
            told = listener;
        }
        if (told != null) {
            told.onHighWatermarkUpdated(partition, nextOffset);
        }
        return nextOffset;
    }

    synchronized void listen(PartitionWriter.@Nullable Listener newListener) {
        listener = newListener;
    }

    synchronized boolean hears(PartitionWriter.Listener other) {
        return listener == other;
    }

    /** Memory and database may differ: nothing is written until the shard is loaded again. False if that is known. */
    synchronized boolean lose() {
        boolean first = !lost;
        lost = true;
        return first;
    }

    synchronized boolean isLost() {
        return lost;
    }
}
