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
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * OffsetFetch: the committed offsets of one group, or of several from version 8 on; topics by name, or by id from version 10
 * on. The coordinator knows names, so they are found for the ids before, and ids for the names after.
 */
final class OffsetFetchApi implements Api {

    private final GroupCoordinator groups;
    private final TopicRegistry topics;

    OffsetFetchApi(GroupCoordinator groups, TopicRegistry topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        OffsetFetchRequest fetch = (OffsetFetchRequest) request.body();
        List<CompletableFuture<OffsetFetchResponseGroup>> results = fetch.groups().stream()
                .map(group -> fetch(request, group, fetch.requireStable()))
                .toList();
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> new OffsetFetchResponse.Builder(
                                results.stream().map(CompletableFuture::join).toList())
                        .build(request.version()));
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            KafkaRequest request, OffsetFetchRequestGroup group, boolean requireStable) {
        boolean byId = OffsetFetchRequest.useTopicIds(request.version());
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        OffsetFetchRequestGroup known = byId && group.topics() != null ? named(group, unknown) : group;
        return groups.fetchOffsets(ClientContext.of(request), known, requireStable)
                .handle((found, thrown) -> thrown == null
                        ? complete(found, byId, unknown)
                        : OffsetFetchResponse.groupError(group, Errors.forException(thrown), request.version()));
    }

    /** The topics of a request by id that exist, under their names. */
    private OffsetFetchRequestGroup named(OffsetFetchRequestGroup group, List<OffsetFetchResponseTopics> unknown) {
        List<OffsetFetchRequestTopics> known = new ArrayList<>();
        for (OffsetFetchRequestTopics wanted : group.topics()) {
            Optional<Topic> topic = topics.byUuid(wanted.topicId());
            if (topic.isPresent()) {
                known.add(wanted.setName(topic.get().name()));
            } else {
                unknown.add(unknown(wanted));
            }
        }
        return group.duplicate().setTopics(known);
    }

    private static OffsetFetchResponseTopics unknown(OffsetFetchRequestTopics wanted) {
        return new OffsetFetchResponseTopics()
                .setTopicId(wanted.topicId())
                .setPartitions(wanted.partitionIndexes().stream()
                        .map(partition -> new OffsetFetchResponsePartitions()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code()))
                        .toList());
    }

    /** A topic without an id cannot be written into an answer by id; it is gone. */
    private OffsetFetchResponseGroup complete(
            OffsetFetchResponseGroup found, boolean byId, List<OffsetFetchResponseTopics> unknown) {
        if (!byId || found.errorCode() != Errors.NONE.code()) {
            return found;
        }
        List<OffsetFetchResponseTopics> all = new ArrayList<>(unknown);
        for (OffsetFetchResponseTopics topic : found.topics()) {
            if (topic.topicId().equals(Uuid.ZERO_UUID)) {
                topics.byName(topic.name()).ifPresent(existing -> topic.setTopicId(existing.uuid()));
            }
            if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
                all.add(topic);
            }
        }
        return found.setTopics(all);
    }
}
