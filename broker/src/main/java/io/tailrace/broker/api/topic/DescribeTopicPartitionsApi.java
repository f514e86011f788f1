package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeTopicPartitionsResponse;
import org.jspecify.annotations.Nullable;

/**
 * DescribeTopicPartitions: topics in the order of their names, in pages of so many partitions; a cursor says where the next
 * page begins (KIP-966).
 */
final class DescribeTopicPartitionsApi implements Api {

    /** Kafka's default of max.request.partition.size.limit. */
    private static final int MAX_PARTITIONS = 2000;

    private final TopicRegistry registry;
    private final int nodeId;

    DescribeTopicPartitionsApi(TopicRegistry registry, int nodeId) {
        this.registry = registry;
        this.nodeId = nodeId;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DescribeTopicPartitionsRequestData describe =
                (DescribeTopicPartitionsRequestData) request.body().data();
        return CompletableFuture.completedFuture(new DescribeTopicPartitionsResponse(describe(describe)));
    }

    private DescribeTopicPartitionsResponseData describe(DescribeTopicPartitionsRequestData describe) {
        DescribeTopicPartitionsRequestData.@Nullable Cursor cursor = describe.cursor();
        boolean all = describe.topics().isEmpty();
        NavigableSet<String> names = new TreeSet<>();
        if (all) {
            registry.all().forEach(topic -> names.add(topic.name()));
        } else {
            describe.topics().stream().map(TopicRequest::name).forEach(names::add);
            checkNamed(cursor, names);
        }
        if (cursor != null && cursor.partitionIndex() < 0) {
            throw new InvalidRequestException(
                    "DescribeTopicPartitionsRequest cursor partition must be valid: " + cursor);
        }
        int limit = Math.max(1, Math.min(MAX_PARTITIONS, describe.responsePartitionLimit()));
        return cursor == null
                ? page(names, 0, limit, all)
                : page(
                        names.tailSet(cursor.topicName(), true),
                        names.contains(cursor.topicName()) ? cursor.partitionIndex() : 0,
                        limit,
                        all);
    }

    private static void checkNamed(
            DescribeTopicPartitionsRequestData.@Nullable Cursor cursor, NavigableSet<String> names) {
        if (cursor != null && !names.contains(cursor.topicName())) {
            throw new InvalidRequestException(
                    "DescribeTopicPartitionsRequest topic list should contain the cursor topic: " + cursor.topicName());
        }
    }

    /** @param firstPartition where the first of the topics begins */
    private DescribeTopicPartitionsResponseData page(
            NavigableSet<String> names, int firstPartition, int limit, boolean onlyThoseThatExist) {
        DescribeTopicPartitionsResponseData data = new DescribeTopicPartitionsResponseData();
        int room = limit;
        int first = firstPartition;
        for (String name : names) {
            Optional<Topic> topic = registry.byName(name);
            int count = topic.map(Topic::partitions).orElse(0);
            if (room == 0 || count - first > room) {
                int end = room == 0 ? first : first + room;
                if (room > 0) {
                    data.topics().add(describe(topic.orElseThrow(), first, end));
                }
                return data.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
            }
            if (topic.isPresent()) {
                data.topics().add(describe(topic.get(), first, count));
                room -= Math.max(0, count - first);
            } else if (!onlyThoseThatExist) {
                data.topics().add(missing(name));
            }
            first = 0;
        }
        return data;
    }

    private DescribeTopicPartitionsResponseTopic describe(Topic topic, int startInc, int endExc) {
        List<Integer> nodes = List.of(nodeId);
        return new DescribeTopicPartitionsResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.uuid())
                .setIsInternal(org.apache.kafka.common.internals.Topic.isInternal(topic.name()))
                .setPartitions(new ArrayList<>(IntStream.range(startInc, endExc)
                        .mapToObj(partition -> new DescribeTopicPartitionsResponsePartition()
                                .setPartitionIndex(partition)
                                .setLeaderId(nodeId)
                                .setLeaderEpoch(ClusterIdentity.LEADER_EPOCH)
                                .setReplicaNodes(nodes)
                                .setIsrNodes(nodes)
                                .setEligibleLeaderReplicas(List.of())
                                .setLastKnownElr(List.of()))
                        .toList()));
    }

    private static DescribeTopicPartitionsResponseTopic missing(String name) {
        Errors error = org.apache.kafka.common.internals.Topic.isValid(name)
                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                : Errors.INVALID_TOPIC_EXCEPTION;
        return new DescribeTopicPartitionsResponseTopic().setName(name).setErrorCode(error.code());
    }
}
