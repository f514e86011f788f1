package io.tailrace.broker.api.config;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.config.ConfigChanges;
import io.tailrace.broker.config.ConfigEdit;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.apache.kafka.common.requests.ApiError;
import org.jspecify.annotations.Nullable;

/** AlterConfigs, the older one: what is not named is taken away. */
final class AlterConfigsApi implements Api {

    private final ConfigChanges changes;

    AlterConfigsApi(ConfigChanges changes) {
        this.changes = changes;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        AlterConfigsRequestData alter = (AlterConfigsRequestData) request.body().data();
        List<AlterConfigsResource> resources = List.copyOf(alter.resources());
        return new AlterRequest(changes, alter.validateOnly())
                .alter(resources.stream().map(AlterConfigsApi::resource).toList())
                .thenApply(errors -> response(resources, errors));
    }

    private static AlterRequest.Resource resource(AlterConfigsResource resource) {
        List<ConfigEdit> edits = resource.configs().stream()
                .map(config -> new ConfigEdit(config.name(), OpType.SET, config.value()))
                .toList();
        return new AlterRequest.Resource(resource.resourceType(), resource.resourceName(), edits, true);
    }

    private static AbstractResponse response(List<AlterConfigsResource> resources, List<ApiError> errors) {
        AlterConfigsResponseData data = new AlterConfigsResponseData();
        for (int i = 0; i < resources.size(); i++) {
            data.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceType(resources.get(i).resourceType())
                            .setResourceName(resources.get(i).resourceName())
                            .setErrorCode(errors.get(i).error().code())
                            .setErrorMessage(errors.get(i).message()));
        }
        return new AlterConfigsResponse(data);
    }
}
