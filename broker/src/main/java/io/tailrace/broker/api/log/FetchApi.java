package io.tailrace.broker.api.log;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.api.log.FetchOperation.Limits;
import io.tailrace.broker.api.log.FetchOperation.TopicTargets;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.RecordSource;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.quota.ClientQuotas;
import io.tailrace.broker.topic.Topic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.server.FetchContext;
import org.jspecify.annotations.Nullable;

/**
 * Fetch. The session says which partitions are asked for, and which of the answers are news (KIP-227); a client that has
 * taken more than its quota gets nothing, and is held back.
 */
final class FetchApi implements Api {

    /** Older clients do not know KAFKA_STORAGE_ERROR. */
    private static final short FIRST_VERSION_WITH_STORAGE_ERROR = 6;

    private final TopicResolver topics;
    private final FetchSessions sessions;
    private final ClientQuotas quotas;
    private final RecordSource records;
    private final Executor executor;
    private final ResponseMemory memory;
    private final int maxBytes;

    FetchApi(LogApis.Parts parts) {
        this.topics = parts.topics();
        this.sessions = parts.fetchSessions();
        this.quotas = parts.quotas();
        this.records = parts.records();
        this.executor = parts.fetchExecutor();
        this.memory = parts.responseMemory();
        this.maxBytes = parts.fetchMaxBytes();
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        long startNs = System.nanoTime();
        FetchRequest fetch = (FetchRequest) request.body();
        FetchContext context = sessions.begin(fetch);
        List<TopicIdPartition> partitions = new ArrayList<>();
        List<TopicTargets> targets = targets(context, fetch.isolationLevel(), partitions);
        if (targets.isEmpty()) {
            return CompletableFuture.completedFuture(
                    context.updateAndGenerateResponseData(new LinkedHashMap<>(), List.of()));
        }
        int mostBytes = Math.min(Math.min(fetch.maxBytes(), maxBytes), quotas.maxFetchBytes(request));
        Limits limits = new Limits(fetch.minBytes(), mostBytes, fetch.maxWait());
        ResponseMemory.Hold held = memory.hold();
        request.end().add(held::release);
        FetchOperation operation = new FetchOperation(
                targets, limits, records, executor, request.connection().thread(), held);
        AutoCloseable registration = request.connection().onClose(operation::cancel);
        operation.start();
        long threadNs = System.nanoTime() - startNs;
        return operation
                .answer()
                .<@Nullable AbstractResponse>thenApply(
                        response -> answer(request, context, partitions, response, threadNs))
                .whenComplete((response, thrown) -> forget(registration));
    }

    /** The partitions in the order of the session; those of one topic that come together are together. */
    private List<TopicTargets> targets(
            FetchContext context, IsolationLevel isolation, List<TopicIdPartition> partitions) {
        List<TopicTargets> targets = new ArrayList<>();
        context.foreachPartition((id, data) -> {
            boolean sameTopic = !partitions.isEmpty() && isSameTopic(partitions.get(partitions.size() - 1), id);
            if (!sameTopic) {
                FetchableTopicResponse header =
                        new FetchableTopicResponse().setTopic(id.topic()).setTopicId(id.topicId());
                targets.add(new TopicTargets(header, new ArrayList<>()));
            }
            targets.get(targets.size() - 1).targets().add(target(id, data, isolation));
            partitions.add(id);
        });
        return targets;
    }

    private static boolean isSameTopic(TopicIdPartition left, TopicIdPartition right) {
        return left.topicId().equals(right.topicId()) && Objects.equals(left.topic(), right.topic());
    }

    private FetchTarget target(TopicIdPartition id, FetchRequest.PartitionData data, IsolationLevel isolation) {
        FetchPartition wanted = new FetchPartition()
                .setPartition(id.partition())
                .setFetchOffset(data.fetchOffset)
                .setPartitionMaxBytes(data.maxBytes)
                .setCurrentLeaderEpoch(data.currentLeaderEpoch.orElse(-1));
        Optional<Topic> topic = topic(id);
        @Nullable
        Partition partition =
                topic.flatMap(found -> topics.partition(found, id.partition())).orElse(null);
        if (partition != null && isAnother(partition.topic(), id)) {
            return new FetchTarget(wanted, null, isolation, Errors.INCONSISTENT_TOPIC_ID);
        }
        Errors unknown = id.topic() == null ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
        return new FetchTarget(wanted, partition, isolation, unknown);
    }

    /** By the name, which the session keeps: so a topic that was made again meets the id that its predecessor had. */
    private Optional<Topic> topic(TopicIdPartition id) {
        return id.topic() == null ? Optional.empty() : topics.topic(id.topic(), Uuid.ZERO_UUID);
    }

    private static boolean isAnother(Topic topic, TopicIdPartition id) {
        return !id.topicId().equals(Uuid.ZERO_UUID) && !id.topicId().equals(topic.uuid());
    }

    private FetchResponse answer(
            KafkaRequest request,
            FetchContext context,
            List<TopicIdPartition> partitions,
            FetchResponse response,
            long threadNs) {
        LinkedHashMap<TopicIdPartition, PartitionData> answers = new LinkedHashMap<>();
        response.data().responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .forEach(data -> answers.put(partitions.get(answers.size()), known(data, request.version())));
        int throttleMs = Math.max(
                quotas.onThreadTime(request, threadNs),
                quotas.onFetched(request, () -> context.getResponseSize(answers, request.version())));
        if (throttleMs > 0) {
            request.connection().throttle(throttleMs);
            return context.getThrottledResponse(throttleMs, List.of());
        }
        return context.updateAndGenerateResponseData(answers, List.of());
    }

    private static PartitionData known(PartitionData data, short version) {
        boolean unknown =
                data.errorCode() == Errors.KAFKA_STORAGE_ERROR.code() && version < FIRST_VERSION_WITH_STORAGE_ERROR;
        return unknown ? data.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code()) : data;
    }

    private static void forget(AutoCloseable registration) {
        try {
            registration.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
