package io.tailrace.broker.api;

import io.tailrace.broker.log.LogAppends;
import io.tailrace.broker.log.LogReader;
import io.tailrace.broker.log.OffsetFinder;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.log.ProducerIds;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.jspecify.annotations.Nullable;

/** The API keys that are served, each at every stable version that kafka-clients knows, and their handlers. Immutable. */
public final class ApiTable implements RequestDispatcher {

    /** What is served. */
    public static final Set<ApiKeys> SERVED = Set.of(
            ApiKeys.PRODUCE,
            ApiKeys.FETCH,
            ApiKeys.LIST_OFFSETS,
            ApiKeys.METADATA,
            ApiKeys.API_VERSIONS,
            ApiKeys.CREATE_TOPICS,
            ApiKeys.DELETE_TOPICS,
            ApiKeys.INIT_PRODUCER_ID,
            ApiKeys.DESCRIBE_CLUSTER);

    /** What the handlers are made of. */
    public record Parts(
            ClusterIdentity cluster,
            TopicRegistry registry,
            PartitionTable partitions,
            TopicService topics,
            LogAppends appends,
            LogReader reader,
            OffsetFinder offsets,
            ProducerIds producerIds,
            Executor fetchExecutor,
            Executor generalExecutor,
            ScheduledExecutorService timer) {}

    private final Map<ApiKeys, Api> handlers = new EnumMap<>(ApiKeys.class);

    /**
     * Makes the handlers.
     *
     * @param autoCreateTopics whether Metadata may make topics
     * @param fetchMaxBytes the most that one fetch response holds
     */
    public ApiTable(Parts parts, boolean autoCreateTopics, int fetchMaxBytes) {
        TopicResolver topics = new TopicResolver(parts.registry(), parts.partitions());
        handlers.put(ApiKeys.PRODUCE, new ProduceApi(topics, parts.appends()));
        handlers.put(
                ApiKeys.FETCH,
                new FetchApi(topics, parts.reader(), parts.fetchExecutor(), parts.timer(), fetchMaxBytes));
        handlers.put(ApiKeys.LIST_OFFSETS, new ListOffsetsApi(topics, parts.offsets(), parts.generalExecutor()));
        handlers.put(
                ApiKeys.METADATA, new MetadataApi(parts.cluster(), parts.registry(), parts.topics(), autoCreateTopics));
        handlers.put(ApiKeys.API_VERSIONS, new ApiVersionsApi(versions()));
        handlers.put(
                ApiKeys.CREATE_TOPICS,
                new CreateTopicsApi(parts.topics(), parts.cluster().nodeId()));
        handlers.put(ApiKeys.DELETE_TOPICS, new DeleteTopicsApi(topics, parts.topics()));
        handlers.put(ApiKeys.INIT_PRODUCER_ID, new InitProducerIdApi(parts.producerIds()::next));
        handlers.put(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterApi(parts.cluster()));
    }

    /**
     * The versions as they are advertised. Produce is advertised from 0 on though 0 to 2 are not served, as Kafka does:
     * librdkafka takes a higher minimum for a broker without compression (KAFKA-18659).
     */
    public static ApiVersionCollection versions() {
        return ApiVersionsResponse.collectApis(ListenerType.BROKER, SERVED, false);
    }

    /** True if requests of this key and version are answered. */
    public static boolean isServed(ApiKeys key, short version) {
        return SERVED.contains(key) && key.isVersionEnabled(version, false);
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request) {
        ApiKeys key = request.header().apiKey();
        Api api = handlers.get(key);
        if (api == null) {
            throw new UnsupportedVersionException("API key " + key + " is not served");
        }
        return api.handle(request);
    }
}
