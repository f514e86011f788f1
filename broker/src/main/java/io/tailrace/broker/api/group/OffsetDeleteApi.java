package io.tailrace.broker.api.group;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.jspecify.annotations.Nullable;

/** OffsetDelete: committed offsets of topics that no member subscribes to. */
final class OffsetDeleteApi implements Api {

    private final GroupCoordinator groups;
    private final TopicRegistry topics;

    OffsetDeleteApi(GroupCoordinator groups, TopicRegistry topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        OffsetDeleteRequestData delete =
                (OffsetDeleteRequestData) request.body().data();
        OffsetDeleteResponse.Builder response = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestTopicCollection existing = new OffsetDeleteRequestTopicCollection();
        for (OffsetDeleteRequestTopic wanted : delete.topics()) {
            OffsetDeleteRequestTopic found = existingPartitions(wanted, response);
            if (!found.partitions().isEmpty()) {
                existing.add(found);
            }
        }
        return groups.deleteOffsets(
                        ClientContext.of(request), delete.duplicate().setTopics(existing))
                .thenApply(results -> response.merge(results).build());
    }

    private OffsetDeleteRequestTopic existingPartitions(
            OffsetDeleteRequestTopic wanted, OffsetDeleteResponse.Builder response) {
        OffsetDeleteRequestTopic found = new OffsetDeleteRequestTopic().setName(wanted.name());
        Optional<Topic> topic = topics.byName(wanted.name());
        for (OffsetDeleteRequestPartition partition : wanted.partitions()) {
            if (topic.isPresent() && topic.get().hasPartition(partition.partitionIndex())) {
                found.partitions().add(partition.duplicate());
            } else {
                response.addPartition(wanted.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        return found;
    }
}
