package io.tailrace.e2e.wire;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.HeartbeatRequest;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupRequest;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.requests.SyncGroupResponse;

/** Requests of the classic group protocol, as members and impostors send them. Stateless. */
public final class GroupRequests {

    /** The last version that names topics. */
    private static final short COMMIT_BY_NAME = 9;

    private GroupRequests() {}

    public static FindCoordinatorResponseData.Coordinator findCoordinator(
            WireConnection connection, FindCoordinatorRequest.CoordinatorType type, String key) {
        var data = new FindCoordinatorRequestData().setKeyType(type.id()).setCoordinatorKeys(List.of(key));
        var request = new FindCoordinatorRequest.Builder(data).build();
        return connection
                .call(request, FindCoordinatorResponse.class)
                .data()
                .coordinators()
                .get(0);
    }

    /** With one protocol, the assignor's name, and five minutes to rebalance. */
    public static JoinGroupRequest join(String group, String member, int sessionTimeoutMs, String protocol) {
        var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        ByteBuffer subscription = ConsumerProtocol.serializeSubscription(new Subscription(List.of("topic")));
        byte[] metadata = new byte[subscription.remaining()];
        subscription.get(metadata);
        protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                .setName(protocol)
                .setMetadata(metadata));
        var data = new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setSessionTimeoutMs(sessionTimeoutMs)
                .setRebalanceTimeoutMs(300_000)
                .setProtocolType("consumer")
                .setProtocols(protocols);
        return new JoinGroupRequest(data, ApiKeys.JOIN_GROUP.latestVersion());
    }

    public static JoinGroupResponseData call(WireConnection connection, JoinGroupRequest request) {
        connection.write(request);
        return readJoin(connection);
    }

    public static JoinGroupResponseData readJoin(WireConnection connection) {
        return ((JoinGroupResponse) connection.read()).data();
    }

    /** Joins an empty group in the two steps that it takes, and becomes its leader. */
    public static JoinGroupResponseData joinAlone(WireConnection connection, String group, int sessionTimeoutMs) {
        var required = call(connection, join(group, "", sessionTimeoutMs, "range"));
        var joined = call(connection, join(group, required.memberId(), sessionTimeoutMs, "range"));
        if (joined.errorCode() != Errors.NONE.code()) {
            throw new AssertionError(Errors.forCode(joined.errorCode()));
        }
        return joined;
    }

    /** As the leader of a group of one. */
    public static Errors sync(WireConnection connection, String group, int generation, String member) {
        var assignment = new SyncGroupRequestData.SyncGroupRequestAssignment()
                .setMemberId(member)
                .setAssignment(new byte[] {1, 2, 3});
        var data = new SyncGroupRequestData()
                .setGroupId(group)
                .setGenerationId(generation)
                .setMemberId(member)
                .setProtocolType("consumer")
                .setProtocolName("range")
                .setAssignments(List.of(assignment));
        var request = new SyncGroupRequest(data, ApiKeys.SYNC_GROUP.latestVersion());
        return Errors.forCode(
                connection.call(request, SyncGroupResponse.class).data().errorCode());
    }

    public static Errors heartbeat(WireConnection connection, String group, int generation, String member) {
        var data = new HeartbeatRequestData()
                .setGroupId(group)
                .setGenerationId(generation)
                .setMemberId(member);
        var request = new HeartbeatRequest.Builder(data).build();
        return Errors.forCode(
                connection.call(request, HeartbeatResponse.class).data().errorCode());
    }

    public static Errors leave(WireConnection connection, String group, String member) {
        var identity = new LeaveGroupRequestData.MemberIdentity().setMemberId(member);
        var request = new LeaveGroupRequest.Builder(group, List.of(identity)).build();
        var answer = connection.call(request, LeaveGroupResponse.class).data();
        return Errors.forCode(
                answer.errorCode() != 0 || answer.members().isEmpty()
                        ? answer.errorCode()
                        : answer.members().get(0).errorCode());
    }

    /** Generation -1 and no member: a commit of one who is none. */
    public static Errors commit(
            WireConnection connection,
            String group,
            int generation,
            String member,
            TopicPartition partition,
            long offset) {
        var row = new OffsetCommitRequestData.OffsetCommitRequestPartition()
                .setPartitionIndex(partition.partition())
                .setCommittedOffset(offset);
        var topic = new OffsetCommitRequestData.OffsetCommitRequestTopic()
                .setName(partition.topic())
                .setPartitions(List.of(row));
        var data = new OffsetCommitRequestData()
                .setGroupId(group)
                .setGenerationIdOrMemberEpoch(generation)
                .setMemberId(member)
                .setTopics(List.of(topic));
        var answer = connection.call(new OffsetCommitRequest(data, COMMIT_BY_NAME), OffsetCommitResponse.class);
        return Errors.forCode(answer.data().topics().get(0).partitions().get(0).errorCode());
    }
}
