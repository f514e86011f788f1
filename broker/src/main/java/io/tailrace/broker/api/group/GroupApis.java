package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class GroupApis {

    private GroupApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(ClusterIdentity cluster, TopicRegistry topics, GroupCoordinator groups) {
        return Map.ofEntries(
                Map.entry(ApiKeys.FIND_COORDINATOR, new FindCoordinatorApi(cluster)),
                Map.entry(ApiKeys.JOIN_GROUP, new JoinGroupApi(groups)),
                Map.entry(ApiKeys.SYNC_GROUP, new SyncGroupApi(groups)),
                Map.entry(ApiKeys.HEARTBEAT, new HeartbeatApi(groups)),
                Map.entry(ApiKeys.LEAVE_GROUP, new LeaveGroupApi(groups)),
                Map.entry(ApiKeys.OFFSET_COMMIT, new OffsetCommitApi(groups, topics)),
                Map.entry(ApiKeys.OFFSET_FETCH, new OffsetFetchApi(groups, topics)),
                Map.entry(ApiKeys.OFFSET_DELETE, new OffsetDeleteApi(groups, topics)),
                Map.entry(ApiKeys.LIST_GROUPS, new ListGroupsApi(groups)),
                Map.entry(ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsApi(groups)),
                Map.entry(ApiKeys.DELETE_GROUPS, new DeleteGroupsApi(groups)),
                Map.entry(ApiKeys.CONSUMER_GROUP_HEARTBEAT, new ConsumerGroupHeartbeatApi(groups)),
                Map.entry(ApiKeys.CONSUMER_GROUP_DESCRIBE, new ConsumerGroupDescribeApi(groups)));
    }
}
