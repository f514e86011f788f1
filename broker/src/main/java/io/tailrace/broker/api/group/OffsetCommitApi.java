package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.jspecify.annotations.Nullable;

/**
 * OffsetCommit: topics by name, or by id from version 10 on. Offsets of partitions that are not there are refused one by one;
 * the others go to the coordinator, with the topic's id, so that a topic made anew does not inherit them.
 */
final class OffsetCommitApi implements Api {

    private final GroupCoordinator groups;
    private final TopicRegistry topics;

    OffsetCommitApi(GroupCoordinator groups, TopicRegistry topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        OffsetCommitRequestData commit =
                (OffsetCommitRequestData) request.body().data();
        boolean byId = OffsetCommitResponse.useTopicIds(request.version());
        OffsetCommitResponse.Builder response = OffsetCommitResponse.newBuilder(byId);
        List<OffsetCommitRequestTopic> existing = new ArrayList<>();
        for (OffsetCommitRequestTopic wanted : commit.topics()) {
            Optional<Topic> topic = byId ? topics.byUuid(wanted.topicId()) : topics.byName(wanted.name());
            if (topic.isPresent()) {
                OffsetCommitRequestTopic found = existingPartitions(topic.get(), wanted, response);
                if (!found.partitions().isEmpty()) {
                    existing.add(found);
                }
            } else {
                Errors error = byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                Uuid id = byId ? wanted.topicId() : Uuid.ZERO_UUID;
                response.addPartitions(
                        id, wanted.name(), wanted.partitions(), OffsetCommitRequestPartition::partitionIndex, error);
            }
        }
        if (existing.isEmpty()) {
            return CompletableFuture.completedFuture(response.build());
        }
        return groups.commitOffsets(
                        ClientContext.of(request), commit.duplicate().setTopics(existing))
                .thenApply(results -> response.merge(results).build());
    }

    private static OffsetCommitRequestTopic existingPartitions(
            Topic topic, OffsetCommitRequestTopic wanted, OffsetCommitResponse.Builder response) {
        OffsetCommitRequestTopic found =
                new OffsetCommitRequestTopic().setTopicId(topic.uuid()).setName(topic.name());
        for (OffsetCommitRequestPartition partition : wanted.partitions()) {
            if (topic.hasPartition(partition.partitionIndex())) {
                found.partitions().add(partition);
            } else {
                response.addPartition(
                        topic.uuid(), topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        return found;
    }
}
