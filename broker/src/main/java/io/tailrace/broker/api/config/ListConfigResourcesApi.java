package io.tailrace.broker.api.config;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.config.DynamicConfigs;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ListConfigResourcesRequest;
import org.apache.kafka.common.requests.ListConfigResourcesResponse;
import org.jspecify.annotations.Nullable;

/** ListConfigResources: which resources there are; of groups and subscriptions those on which something is set. */
final class ListConfigResourcesApi implements Api {

    private final TopicRegistry registry;
    private final DynamicConfigs configs;
    private final int nodeId;

    ListConfigResourcesApi(TopicRegistry registry, DynamicConfigs configs, int nodeId) {
        this.registry = registry;
        this.configs = configs;
        this.nodeId = nodeId;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        ListConfigResourcesRequest list = (ListConfigResourcesRequest) request.body();
        Collection<Byte> wanted = list.data().resourceTypes();
        Set<Byte> supported = list.supportedResourceTypes();
        ListConfigResourcesResponseData data = new ListConfigResourcesResponseData();
        if (!supported.containsAll(wanted)) {
            data.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        } else {
            new TreeSet<>(wanted.isEmpty() ? supported : wanted).forEach(type -> add(data, type));
        }
        return CompletableFuture.completedFuture(new ListConfigResourcesResponse(data));
    }

    private void add(ListConfigResourcesResponseData data, byte type) {
        for (String name : names(ConfigResource.Type.forId(type))) {
            data.configResources()
                    .add(new ListConfigResourcesResponseData.ConfigResource()
                            .setResourceType(type)
                            .setResourceName(name));
        }
    }

    private List<String> names(ConfigResource.Type type) {
        return switch (type) {
            case TOPIC -> registry.all().stream().map(Topic::name).toList();
            case BROKER, BROKER_LOGGER -> List.of(Integer.toString(nodeId));
            case GROUP, CLIENT_METRICS -> configs.names(type);
            case UNKNOWN -> List.of();
        };
    }
}
