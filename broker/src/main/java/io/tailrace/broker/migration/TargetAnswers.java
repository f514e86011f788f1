package io.tailrace.broker.migration;

import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.jspecify.annotations.Nullable;

/** What clients of a moved cluster are told of the target, in the target's own words. Stateless. */
final class TargetAnswers {

    private TargetAnswers() {}

    /**
     * Metadata. A topic that the target lacks is unknown: nothing is made here any more.
     *
     * @param here this broker, if it is to be named beside the target's; not where one of those has its id
     */
    static AbstractResponse metadata(TargetCluster target, KafkaRequest request, Optional<ClusterIdentity> here) {
        MetadataRequestData wanted = (MetadataRequestData) request.body().data();
        MetadataResponseData data =
                new MetadataResponseData().setClusterId(target.clusterId()).setControllerId(target.controllerId());
        target.brokers().forEach(broker -> data.brokers().add(broker.duplicate()));
        here.filter(broker -> data.brokers().find(broker.nodeId()) == null)
                .ifPresent(broker -> data.brokers().add(node(broker)));
        List<MetadataRequestTopic> topics = wanted.topics();
        if (topics == null || (request.version() == 0 && topics.isEmpty())) {
            target.topics().forEach(topic -> data.topics().add(topic.duplicate()));
        } else {
            topics.forEach(topic -> data.topics().add(topic(target, topic)));
        }
        return new MetadataResponse(data, request.version());
    }

    private static MetadataResponseBroker node(ClusterIdentity broker) {
        return new MetadataResponseBroker()
                .setNodeId(broker.nodeId())
                .setHost(broker.host())
                .setPort(broker.port());
    }

    private static MetadataResponseTopic topic(TargetCluster target, MetadataRequestTopic wanted) {
        if (!wanted.topicId().equals(Uuid.ZERO_UUID)) {
            return target.topic(wanted.topicId())
                    .map(MetadataResponseTopic::duplicate)
                    .orElseGet(() -> missing(null, wanted.topicId(), Errors.UNKNOWN_TOPIC_ID));
        }
        return target.topic(wanted.name())
                .map(MetadataResponseTopic::duplicate)
                .orElseGet(() -> missing(wanted.name(), Uuid.ZERO_UUID, unknown(wanted.name())));
    }

    private static MetadataResponseTopic missing(@Nullable String name, Uuid id, Errors error) {
        return new MetadataResponseTopic().setName(name).setTopicId(id).setErrorCode(error.code());
    }

    private static Errors unknown(@Nullable String name) {
        return name != null && Topic.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
    }

    /** FindCoordinator. */
    static AbstractResponse coordinator(TargetCluster target, KafkaRequest request) {
        FindCoordinatorRequestData find =
                (FindCoordinatorRequestData) request.body().data();
        byte type = find.keyType();
        if (type != CoordinatorType.GROUP.id() && type != CoordinatorType.TRANSACTION.id()) {
            return request.body().getErrorResponse(Errors.INVALID_REQUEST.exception());
        }
        CoordinatorType known = CoordinatorType.forId(type);
        if (request.version() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            return target.coordinator(known, find.key())
                    .map(node -> FindCoordinatorResponse.prepareOldResponse(Errors.NONE, node))
                    .orElseGet(() -> FindCoordinatorResponse.prepareOldResponse(
                            Errors.COORDINATOR_NOT_AVAILABLE, Node.noNode()));
        }
        return new FindCoordinatorResponse(new FindCoordinatorResponseData()
                .setCoordinators(find.coordinatorKeys().stream()
                        .map(key -> coordinator(target, known, key))
                        .toList()));
    }

    private static Coordinator coordinator(TargetCluster target, CoordinatorType type, String key) {
        return target.coordinator(type, key)
                .map(node -> FindCoordinatorResponse.prepareCoordinatorResponse(Errors.NONE, key, node))
                .orElseGet(() -> FindCoordinatorResponse.prepareCoordinatorResponse(
                        Errors.COORDINATOR_NOT_AVAILABLE, key, Node.noNode()));
    }

    /** DescribeCluster, of brokers; of controllers this broker knows as little as before. */
    static AbstractResponse cluster(TargetCluster target) {
        DescribeClusterResponseData data = new DescribeClusterResponseData()
                .setClusterId(target.clusterId())
                .setControllerId(target.controllerId());
        for (MetadataResponseBroker broker : target.brokers()) {
            data.brokers()
                    .add(new DescribeClusterBroker()
                            .setBrokerId(broker.nodeId())
                            .setHost(broker.host())
                            .setPort(broker.port())
                            .setRack(broker.rack()));
        }
        return new DescribeClusterResponse(data);
    }

    /** DescribeTopicPartitions: all in one page, for a client that goes on asks at the target. */
    static AbstractResponse partitions(TargetCluster target, KafkaRequest request) {
        DescribeTopicPartitionsRequestData wanted =
                (DescribeTopicPartitionsRequestData) request.body().data();
        List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
        if (wanted.topics().isEmpty()) {
            target.topics().forEach(topic -> topics.add(describe(topic)));
        } else {
            for (String name : new TreeSet<>(
                    wanted.topics().stream().map(TopicRequest::name).toList())) {
                topics.add(target.topic(name).map(TargetAnswers::describe).orElseGet(() -> undescribed(name)));
            }
        }
        DescribeTopicPartitionsResponseData data = new DescribeTopicPartitionsResponseData();
        topics.forEach(data.topics()::add);
        return new DescribeTopicPartitionsResponse(data);
    }

    private static DescribeTopicPartitionsResponseTopic describe(MetadataResponseTopic topic) {
        return new DescribeTopicPartitionsResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setIsInternal(topic.isInternal())
                .setPartitions(
                        topic.partitions().stream().map(TargetAnswers::describe).toList());
    }

    private static DescribeTopicPartitionsResponsePartition describe(MetadataResponsePartition partition) {
        return new DescribeTopicPartitionsResponsePartition()
                .setPartitionIndex(partition.partitionIndex())
                .setLeaderId(partition.leaderId())
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(partition.replicaNodes())
                .setIsrNodes(partition.isrNodes())
                .setOfflineReplicas(partition.offlineReplicas())
                .setEligibleLeaderReplicas(List.of())
                .setLastKnownElr(List.of());
    }

    private static DescribeTopicPartitionsResponseTopic undescribed(String name) {
        return new DescribeTopicPartitionsResponseTopic()
                .setName(name)
                .setErrorCode(unknown(name).code());
    }
}
