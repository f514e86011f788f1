package io.tailrace.broker.group;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/**
 * Consumer groups, as requests ask for them. What a response says has been committed by Postgres. Methods return at once;
 * their futures complete on the coordinator's threads, which must not be kept. Errors are in the responses; some, such as
 * those of a shard that is loading, are exceptions of Kafka's.
 *
 * <p>Thread-safe.
 */
public final class GroupCoordinator {

    private final org.apache.kafka.coordinator.group.GroupCoordinator service;
    private final TransactionEnds transactionEnds;

    GroupCoordinator(org.apache.kafka.coordinator.group.GroupCoordinator service, TransactionEnds transactionEnds) {
        this.service = service;
        this.transactionEnds = transactionEnds;
    }

    public CompletableFuture<JoinGroupResponseData> joinGroup(
            AuthorizableRequestContext context, JoinGroupRequestData request) {
        return service.joinGroup(context, request, BufferSupplier.NO_CACHING);
    }

    public CompletableFuture<SyncGroupResponseData> syncGroup(
            AuthorizableRequestContext context, SyncGroupRequestData request) {
        return service.syncGroup(context, request, BufferSupplier.NO_CACHING);
    }

    public CompletableFuture<HeartbeatResponseData> heartbeat(
            AuthorizableRequestContext context, HeartbeatRequestData request) {
        return service.heartbeat(context, request);
    }

    public CompletableFuture<LeaveGroupResponseData> leaveGroup(
            AuthorizableRequestContext context, LeaveGroupRequestData request) {
        return service.leaveGroup(context, request);
    }

    public CompletableFuture<ConsumerGroupHeartbeatResponseData> consumerGroupHeartbeat(
            AuthorizableRequestContext context, ConsumerGroupHeartbeatRequestData request) {
        return service.consumerGroupHeartbeat(context, request);
    }

    public CompletableFuture<ListGroupsResponseData> listGroups(
            AuthorizableRequestContext context, ListGroupsRequestData request) {
        return service.listGroups(context, request);
    }

    public CompletableFuture<List<DescribeGroupsResponseData.DescribedGroup>> describeGroups(
            AuthorizableRequestContext context, List<String> groupIds) {
        return service.describeGroups(context, groupIds);
    }

    public CompletableFuture<List<ConsumerGroupDescribeResponseData.DescribedGroup>> describeConsumerGroups(
            AuthorizableRequestContext context, List<String> groupIds) {
        return service.consumerGroupDescribe(context, groupIds);
    }

    public CompletableFuture<DeletableGroupResultCollection> deleteGroups(
            AuthorizableRequestContext context, List<String> groupIds) {
        return service.deleteGroups(context, groupIds, BufferSupplier.NO_CACHING);
    }

    /**
     * Reads committed offsets.
     *
     * @param requireStable an offset that a transaction is about to replace is answered with UNSTABLE_OFFSET_COMMIT
     */
    public CompletableFuture<OffsetFetchResponseGroup> fetchOffsets(
            AuthorizableRequestContext context, OffsetFetchRequestGroup request, boolean requireStable) {
        return service.fetchOffsets(context, request, requireStable);
    }

    /** Commits offsets; the topics exist, and are named by name and id. */
    public CompletableFuture<OffsetCommitResponseData> commitOffsets(
            AuthorizableRequestContext context, OffsetCommitRequestData request) {
        return service.commitOffsets(context, request, BufferSupplier.NO_CACHING);
    }

    public CompletableFuture<OffsetDeleteResponseData> deleteOffsets(
            AuthorizableRequestContext context, OffsetDeleteRequestData request) {
        return service.deleteOffsets(context, request, BufferSupplier.NO_CACHING);
    }

    /**
     * Commits offsets in a transaction: they count once {@link #completeTransaction} has been told of its commit. The topics
     * exist, and are named by name.
     */
    public CompletableFuture<TxnOffsetCommitResponseData> commitTransactionalOffsets(
            AuthorizableRequestContext context, TxnOffsetCommitRequestData request) {
        return service.commitTransactionalOffsets(context, request, BufferSupplier.NO_CACHING);
    }

    /** The shard that a group belongs to; it never changes. */
    public int shardOf(String groupId) {
        return service.partitionFor(groupId);
    }

    /**
     * Ends a transaction whose outcome is decided, for all groups of a shard. Tries again while the shard or Postgres is
     * not available; doing it twice does no harm. A shard that loads later asks {@link TransactionOutcomes#decided}, so
     * nothing is lost if this never happens.
     *
     * @return completes when the offsets are there for all to see, or gone
     */
    public CompletableFuture<Void> completeTransaction(int shard, OffsetProducer producer, TransactionResult result) {
        return transactionEnds.complete(shard, producer, result);
    }
}
