package io.tailrace.broker.group;

import static io.tailrace.broker.group.GroupFixture.await;
import static io.tailrace.broker.group.GroupFixture.context;

import io.tailrace.broker.topic.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;

/** Random requests to groups, the same for the same seed, and all that can be seen of the groups afterwards. */
final class GroupOperations {

    private static final List<String> PLAIN = List.of("plain-1", "plain-2", "plain-3");
    private static final List<String> CLASSIC = List.of("classic-1", "classic-2");
    private static final List<String> CONSUMER = List.of("consumer-1", "consumer-2");
    private static final List<String> TOPICS = List.of("a", "b", "c");

    private final GroupFixture groups;
    private final Random random;
    private final Map<String, Integer> memberEpochs = new TreeMap<>();
    private final Map<String, JoinGroupResponseData> classicMembers = new HashMap<>();
    private long nextOffset;

    GroupOperations(GroupFixture groups, long seed) {
        this.groups = groups;
        this.random = new Random(seed);
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private Topic topic() {
        return groups.topic(one(TOPICS));
    }

    private OffsetProducer producer() {
        return new OffsetProducer(100 + random.nextInt(3), (short) 1);
    }

    void next() throws Exception {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> groups.commit(one(PLAIN), topic(), random.nextInt(4), nextOffset++);
            case 3, 4 -> groups.commitInTransaction(producer(), one(PLAIN), topic(), random.nextInt(4), nextOffset++);
            case 5 -> complete();
            case 6 -> deleteOffsets(one(PLAIN));
            case 7 -> await(groups.groups().deleteGroups(context(ApiKeys.DELETE_GROUPS), List.of(one(PLAIN))));
            case 8, 9 -> heartbeat(one(CONSUMER), "m" + random.nextInt(3));
            case 10 -> classic(one(CLASSIC));
            default -> {
                if (random.nextInt(4) == 0) {
                    groups.delete(topic());
                }
            }
        }
    }

    private void complete() throws Exception {
        OffsetProducer producer = producer();
        TransactionResult result = random.nextBoolean() ? TransactionResult.COMMIT : TransactionResult.ABORT;
        for (String group : PLAIN) {
            await(groups.groups().completeTransaction(groups.groups().shardOf(group), producer, result));
        }
    }

    private void deleteOffsets(String group) throws Exception {
        OffsetDeleteRequestTopic topic = new OffsetDeleteRequestTopic().setName(one(TOPICS));
        topic.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(random.nextInt(4)));
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics().add(topic);
        await(groups.groups().deleteOffsets(context(ApiKeys.OFFSET_DELETE), request));
    }

    /** A member of KIP-848 joins, lives on with what it was given, or leaves. */
    private void heartbeat(String group, String memberName) throws Exception {
        String member = Uuid.fromString("AAAAAAAAAAAAAAAAAAAA" + memberName).toString();
        int epoch = memberEpochs.getOrDefault(group + member, 0);
        boolean leave = epoch > 0 && random.nextInt(4) == 0;
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMemberEpoch(leave ? -1 : epoch)
                .setRebalanceTimeoutMs(60_000)
                .setSubscribedTopicNames(List.of(one(TOPICS), one(TOPICS)))
                .setTopicPartitions(epoch == 0 ? List.of() : null);
        ConsumerGroupHeartbeatResponseData response =
                await(groups.groups().consumerGroupHeartbeat(context(ApiKeys.CONSUMER_GROUP_HEARTBEAT), request));
        boolean gone = leave || response.errorCode() != Errors.NONE.code();
        memberEpochs.put(group + member, gone ? 0 : response.memberEpoch());
    }

    /** A classic group of one member begins, commits, or ends. */
    private void classic(String group) throws Exception {
        JoinGroupResponseData member = classicMembers.remove(group);
        if (member == null) {
            classicMembers.put(group, join(group));
        } else {
            await(groups.groups()
                    .leaveGroup(
                            context(ApiKeys.LEAVE_GROUP),
                            new LeaveGroupRequestData()
                                    .setGroupId(group)
                                    .setMembers(List.of(new MemberIdentity().setMemberId(member.memberId())))));
        }
    }

    private JoinGroupResponseData join(String group) throws Exception {
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {1, 2, 3}));
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group)
                .setProtocolType("consumer")
                .setProtocols(protocols)
                .setSessionTimeoutMs(600_000)
                .setRebalanceTimeoutMs(600_000);
        JoinGroupResponseData first = await(groups.groups().joinGroup(context(ApiKeys.JOIN_GROUP), request));
        JoinGroupResponseData joined =
                await(groups.groups().joinGroup(context(ApiKeys.JOIN_GROUP), request.setMemberId(first.memberId())));
        await(groups.groups()
                .syncGroup(
                        context(ApiKeys.SYNC_GROUP),
                        new SyncGroupRequestData()
                                .setGroupId(group)
                                .setMemberId(joined.memberId())
                                .setGenerationId(joined.generationId())
                                .setProtocolType("consumer")
                                .setProtocolName("range")
                                .setAssignments(List.of(new SyncGroupRequestAssignment()
                                        .setMemberId(joined.memberId())
                                        .setAssignment(new byte[] {(byte) random.nextInt(100)})))));
        return joined;
    }

    /**
     * Groups, members, assignments and offsets as clients see them. Not whether a group without members and offsets is
     * still listed: Kafka's coordinator forgets it when it next looks for expired offsets, or when it loads.
     */
    List<String> seen() throws Exception {
        List<String> seen = new ArrayList<>();
        await(groups.groups().listGroups(context(ApiKeys.LIST_GROUPS), new ListGroupsRequestData())).groups().stream()
                .filter(group -> !PLAIN.contains(group.groupId()))
                .forEach(group -> seen.add(group.toString()));
        await(groups.groups().describeGroups(context(ApiKeys.DESCRIBE_GROUPS), CLASSIC))
                .forEach(group -> seen.add(group.toString()));
        await(groups.groups().describeConsumerGroups(context(ApiKeys.CONSUMER_GROUP_DESCRIBE), CONSUMER))
                .forEach(group -> group.members().forEach(member -> seen.add(group.groupEpoch() + " " + member)));
        for (String group : PLAIN) {
            for (boolean stable : new boolean[] {true, false}) {
                OffsetFetchRequestGroup all =
                        new OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
                groups.fetch(all, stable).topics().forEach(topic -> topic.partitions()
                        .forEach(partition -> seen.add(group + " " + topic.name() + " " + partition)));
            }
        }
        return seen.stream().filter(line -> !line.contains("loaded-")).sorted().toList();
    }

    /** The offsets that SQL shows, and those that clients see. */
    List<String> offsetsInSql() throws Exception {
        return groups
                .query(
                        "SELECT group_id || ' ' || topic || ' ' || partition_id || ' ' || committed_offset || ' ' || metadata"
                                + " FROM kafka.consumer_offsets")
                .stream()
                .sorted()
                .toList();
    }

    List<String> offsetsOfClients() throws Exception {
        List<String> offsets = new ArrayList<>();
        for (String group : PLAIN) {
            groups.fetch(new OffsetFetchRequestGroup().setGroupId(group).setTopics(null), false)
                    .topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> offsets.add(group + " " + topic.name() + " "
                                    + partition.partitionIndex() + " " + partition.committedOffset() + " "
                                    + partition.metadata())));
        }
        return offsets.stream().sorted().toList();
    }
}
