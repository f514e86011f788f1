package io.tailrace.broker.api.log;

import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.log.Partition;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * One partition of a fetch request.
 *
 * @param partition null where there is none
 * @param isolation whose records the consumer wants: all, or those below the last stable offset
 * @param unknown the error for a partition that is not there
 */
record FetchTarget(FetchPartition wanted, @Nullable Partition partition, IsolationLevel isolation, Errors unknown) {

    /** What is wrong with the request for this partition, as things stand now. */
    Errors error() {
        if (partition == null || partition.isDeleted()) {
            return unknown;
        }
        if (wanted.currentLeaderEpoch() > ClusterIdentity.LEADER_EPOCH) {
            return Errors.UNKNOWN_LEADER_EPOCH;
        }
        if (wanted.fetchOffset() < partition.logStartOffset() || wanted.fetchOffset() > partition.highWatermark()) {
            return Errors.OFFSET_OUT_OF_RANGE;
        }
        return Errors.NONE;
    }

    boolean hasRecords() {
        return partition != null && wanted.fetchOffset() < partition.endOffset(isolation);
    }

    Optional<Partition> found() {
        return Optional.ofNullable(partition);
    }

    /**
     * The answer with these records; the ends are read after them, so they are never behind. Aborted records are not in the
     * log, so the list of aborted transactions is empty.
     */
    PartitionData answer(MemoryRecords records) {
        PartitionData data = new PartitionData()
                .setPartitionIndex(wanted.partition())
                .setRecords(records)
                .setPreferredReadReplica(FetchResponse.INVALID_PREFERRED_REPLICA_ID);
        if (partition != null) {
            long highWatermark = partition.highWatermark();
            data.setHighWatermark(highWatermark)
                    .setLastStableOffset(Math.min(highWatermark, partition.lastStableOffset()))
                    .setAbortedTransactions(isolation == IsolationLevel.READ_COMMITTED ? List.of() : null)
                    .setLogStartOffset(partition.logStartOffset());
        }
        return data;
    }

    PartitionData failed(Errors error) {
        return FetchResponse.partitionResponse(wanted.partition(), error);
    }
}
