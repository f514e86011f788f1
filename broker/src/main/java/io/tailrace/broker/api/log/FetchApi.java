package io.tailrace.broker.api.log;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.api.log.FetchOperation.Limits;
import io.tailrace.broker.api.log.FetchOperation.TopicTargets;
import io.tailrace.broker.log.LogReader;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * Fetch. Every request is a full one: the answer's session id 0 tells clients that there are no incremental fetch sessions
 * (KIP-227), so they name all their partitions each time.
 */
final class FetchApi implements Api {

    private final TopicResolver topics;
    private final LogReader reader;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final int maxBytes;

    /** @param maxBytes the most that one response holds, whatever the request allows; but always a first record */
    FetchApi(TopicResolver topics, LogReader reader, Executor executor, ScheduledExecutorService timer, int maxBytes) {
        this.topics = topics;
        this.reader = reader;
        this.executor = executor;
        this.timer = timer;
        this.maxBytes = maxBytes;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        FetchRequestData fetch = (FetchRequestData) request.body().data();
        if (fetch.sessionId() != FetchMetadata.INVALID_SESSION_ID) {
            return CompletableFuture.completedFuture(
                    FetchResponse.of(new FetchResponseData().setErrorCode(Errors.FETCH_SESSION_ID_NOT_FOUND.code())));
        }
        Limits limits = new Limits(fetch.minBytes(), Math.min(fetch.maxBytes(), maxBytes), fetch.maxWaitMs());
        FetchOperation operation = new FetchOperation(targets(fetch), limits, reader::read, executor, timer);
        AutoCloseable registration = request.connection().onClose(operation::cancel);
        operation.start();
        return operation
                .answer()
                .<@Nullable AbstractResponse>thenApply(response -> response)
                .whenComplete((response, thrown) -> forget(registration));
    }

    private List<TopicTargets> targets(FetchRequestData fetch) {
        List<TopicTargets> targets = new ArrayList<>();
        for (FetchTopic fetchTopic : fetch.topics()) {
            Optional<Topic> topic = topics.topic(fetchTopic.topic(), fetchTopic.topicId());
            List<FetchTarget> ofTopic = new ArrayList<>();
            for (FetchPartition wanted : fetchTopic.partitions()) {
                @Nullable
                Partition partition = topic.flatMap(found -> topics.partition(found, wanted.partition()))
                        .orElse(null);
                Errors unknown = topic.isEmpty()
                        ? TopicResolver.unknown(fetchTopic.topicId())
                        : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                ofTopic.add(new FetchTarget(wanted, partition, unknown));
            }
            FetchableTopicResponse header =
                    new FetchableTopicResponse().setTopic(fetchTopic.topic()).setTopicId(fetchTopic.topicId());
            targets.add(new TopicTargets(header, ofTopic));
        }
        return targets;
    }

    private static void forget(AutoCloseable registration) {
        try {
            registration.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
