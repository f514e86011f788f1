package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.jspecify.annotations.Nullable;

/**
 * Metadata: one broker that leads every partition. A topic that is missing is made, where both the request and the broker
 * allow it; the answer then waits for it, so a client can go on at once.
 */
final class MetadataApi implements Api {

    private static final short MIN_VERSION_WITH_IDS = 12;

    private final ClusterIdentity cluster;
    private final TopicRegistry registry;
    private final TopicService topicService;
    private final boolean autoCreate;

    MetadataApi(ClusterIdentity cluster, TopicRegistry registry, TopicService topicService, boolean autoCreate) {
        this.cluster = cluster;
        this.registry = registry;
        this.topicService = topicService;
        this.autoCreate = autoCreate;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        MetadataRequestData metadata = (MetadataRequestData) request.body().data();
        if (request.version() < MIN_VERSION_WITH_IDS && namesById(metadata)) {
            return CompletableFuture.completedFuture(
                    request.body().getErrorResponse(Errors.INVALID_REQUEST.exception()));
        }
        List<CompletableFuture<MetadataResponseTopic>> topics = new ArrayList<>();
        if (wantsAll(metadata, request.version())) {
            registry.all().forEach(topic -> topics.add(CompletableFuture.completedFuture(describe(topic))));
        } else {
            boolean create = autoCreate && (request.version() < 4 || metadata.allowAutoTopicCreation());
            metadata.topics().forEach(topic -> topics.add(describe(topic, create)));
        }
        return CompletableFuture.allOf(topics.toArray(CompletableFuture[]::new))
                .thenApply(done -> response(topics, request.version()));
    }

    /** In version 0 an empty list asks for all topics; later null does, and an empty list asks for none. */
    private static boolean wantsAll(MetadataRequestData metadata, short version) {
        return metadata.topics() == null || (version == 0 && metadata.topics().isEmpty());
    }

    /** Versions 10 and 11 have a field for ids, but their answers have none for a topic without a name (KAFKA-10774). */
    private static boolean namesById(MetadataRequestData metadata) {
        return metadata.topics() != null
                && metadata.topics().stream()
                        .anyMatch(topic ->
                                topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID));
    }

    private CompletableFuture<MetadataResponseTopic> describe(MetadataRequestTopic wanted, boolean create) {
        Uuid uuid = wanted.topicId();
        if (!uuid.equals(Uuid.ZERO_UUID)) {
            return CompletableFuture.completedFuture(registry.byUuid(uuid)
                    .map(this::describe)
                    .orElseGet(() -> missing(null, uuid, Errors.UNKNOWN_TOPIC_ID)));
        }
        String name = wanted.name();
        if (name == null) {
            return CompletableFuture.completedFuture(missing(null, uuid, Errors.INVALID_REQUEST));
        }
        Optional<Topic> topic = registry.byName(name);
        if (topic.isPresent()) {
            return CompletableFuture.completedFuture(describe(topic.get()));
        }
        if (!create) {
            Errors error = org.apache.kafka.common.internals.Topic.isValid(name)
                    ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                    : Errors.INVALID_TOPIC_EXCEPTION;
            return CompletableFuture.completedFuture(missing(name, Uuid.ZERO_UUID, error));
        }
        return topicService
                .getOrCreate(name)
                .handle((created, thrown) ->
                        thrown == null ? describe(created) : missing(name, Uuid.ZERO_UUID, creationError(thrown)));
    }

    /** A database that is away passes: LEADER_NOT_AVAILABLE makes clients ask again. */
    private static Errors creationError(Throwable thrown) {
        Errors error = SqlErrors.errorOf(thrown);
        return error == Errors.NOT_ENOUGH_REPLICAS ? Errors.LEADER_NOT_AVAILABLE : error;
    }

    private MetadataResponseTopic describe(Topic topic) {
        List<Integer> nodes = List.of(cluster.nodeId());
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.uuid())
                .setIsInternal(org.apache.kafka.common.internals.Topic.isInternal(topic.name()))
                .setPartitions(IntStream.range(0, topic.partitions())
                        .mapToObj(index -> new MetadataResponsePartition()
                                .setPartitionIndex(index)
                                .setLeaderId(cluster.nodeId())
                                .setLeaderEpoch(ClusterIdentity.LEADER_EPOCH)
                                .setReplicaNodes(nodes)
                                .setIsrNodes(nodes))
                        .toList());
    }

    private static MetadataResponseTopic missing(@Nullable String name, Uuid uuid, Errors error) {
        return new MetadataResponseTopic().setName(name).setTopicId(uuid).setErrorCode(error.code());
    }

    private MetadataResponse response(List<CompletableFuture<MetadataResponseTopic>> topics, short version) {
        MetadataResponseData data =
                new MetadataResponseData().setClusterId(cluster.clusterId()).setControllerId(cluster.nodeId());
        data.brokers()
                .add(new MetadataResponseBroker()
                        .setNodeId(cluster.nodeId())
                        .setHost(cluster.host())
                        .setPort(cluster.port()));
        topics.forEach(topic -> data.topics().add(topic.join()));
        return new MetadataResponse(data, version);
    }
}
