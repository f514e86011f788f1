package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.jspecify.annotations.Nullable;

/** The API keys that are served, each at every stable version that kafka-clients knows, and their handlers. Immutable. */
public final class ApiTable implements RequestDispatcher {

    /** What is served at most, see {@link #served}. */
    public static final Set<ApiKeys> SERVED = Set.of(
            ApiKeys.PRODUCE,
            ApiKeys.FETCH,
            ApiKeys.LIST_OFFSETS,
            ApiKeys.METADATA,
            ApiKeys.OFFSET_COMMIT,
            ApiKeys.OFFSET_FETCH,
            ApiKeys.FIND_COORDINATOR,
            ApiKeys.JOIN_GROUP,
            ApiKeys.HEARTBEAT,
            ApiKeys.LEAVE_GROUP,
            ApiKeys.SYNC_GROUP,
            ApiKeys.DESCRIBE_GROUPS,
            ApiKeys.LIST_GROUPS,
            ApiKeys.API_VERSIONS,
            ApiKeys.CREATE_TOPICS,
            ApiKeys.DELETE_TOPICS,
            ApiKeys.CREATE_PARTITIONS,
            ApiKeys.DELETE_RECORDS,
            ApiKeys.DESCRIBE_ACLS,
            ApiKeys.CREATE_ACLS,
            ApiKeys.DELETE_ACLS,
            ApiKeys.DESCRIBE_CONFIGS,
            ApiKeys.ALTER_CONFIGS,
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            ApiKeys.LIST_CONFIG_RESOURCES,
            ApiKeys.OFFSET_FOR_LEADER_EPOCH,
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
            ApiKeys.DESCRIBE_LOG_DIRS,
            ApiKeys.ELECT_LEADERS,
            ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
            ApiKeys.LIST_PARTITION_REASSIGNMENTS,
            ApiKeys.DESCRIBE_CLIENT_QUOTAS,
            ApiKeys.ALTER_CLIENT_QUOTAS,
            ApiKeys.INIT_PRODUCER_ID,
            ApiKeys.ADD_PARTITIONS_TO_TXN,
            ApiKeys.ADD_OFFSETS_TO_TXN,
            ApiKeys.TXN_OFFSET_COMMIT,
            ApiKeys.END_TXN,
            ApiKeys.WRITE_TXN_MARKERS,
            ApiKeys.DESCRIBE_TRANSACTIONS,
            ApiKeys.LIST_TRANSACTIONS,
            ApiKeys.DESCRIBE_PRODUCERS,
            ApiKeys.DELETE_GROUPS,
            ApiKeys.OFFSET_DELETE,
            ApiKeys.DESCRIBE_CLUSTER,
            ApiKeys.UPDATE_FEATURES,
            ApiKeys.CONSUMER_GROUP_HEARTBEAT,
            ApiKeys.CONSUMER_GROUP_DESCRIBE,
            ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
            ApiKeys.PUSH_TELEMETRY);

    private static final Set<ApiKeys> TELEMETRY = Set.of(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, ApiKeys.PUSH_TELEMETRY);

    private final Map<ApiKeys, Api> handlers = new EnumMap<>(ApiKeys.class);

    /**
     * Joins the handlers of all areas.
     *
     * @param served see {@link #served}
     * @throws IllegalArgumentException unless they are exactly those of what is served
     */
    public ApiTable(Set<ApiKeys> served, List<Map<ApiKeys, Api>> areas) {
        areas.forEach(handlers::putAll);
        if (!handlers.keySet().equals(served)) {
            throw new IllegalArgumentException("There are handlers for " + handlers.keySet() + ", not for " + served);
        }
    }

    /** What is served with or without client telemetry, which clients use wherever they find it. */
    public static Set<ApiKeys> served(boolean telemetry) {
        Set<ApiKeys> served = EnumSet.copyOf(SERVED);
        if (!telemetry) {
            served.removeAll(TELEMETRY);
        }
        return served;
    }

    /**
     * The versions as they are advertised. Produce is advertised from 0 on though 0 to 2 are not served, as Kafka does:
     * librdkafka takes a higher minimum for a broker without compression (KAFKA-18659).
     */
    static ApiVersionCollection versions(Set<ApiKeys> served) {
        return ApiVersionsResponse.collectApis(ListenerType.BROKER, served, false);
    }

    /** True if requests of this key and version are answered. */
    public boolean isServed(ApiKeys key, short version) {
        return handlers.containsKey(key) && key.isVersionEnabled(version, false);
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
