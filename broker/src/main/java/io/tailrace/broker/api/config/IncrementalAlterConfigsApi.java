package io.tailrace.broker.api.config;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.config.ConfigChanges;
import io.tailrace.broker.config.ConfigEdit;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.jspecify.annotations.Nullable;

/** IncrementalAlterConfigs: what is not named stays as it is (KIP-339). */
final class IncrementalAlterConfigsApi implements Api {

    private final ConfigChanges changes;

    IncrementalAlterConfigsApi(ConfigChanges changes) {
        this.changes = changes;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        IncrementalAlterConfigsRequestData alter =
                (IncrementalAlterConfigsRequestData) request.body().data();
        List<AlterConfigsResource> resources = List.copyOf(alter.resources());
        return new AlterRequest(changes, alter.validateOnly())
                .alter(resources.stream()
                        .map(IncrementalAlterConfigsApi::resource)
                        .toList())
                .thenApply(errors -> response(resources, errors));
    }

    private static AlterRequest.Resource resource(AlterConfigsResource resource) {
        return new AlterRequest.Resource(
                resource.resourceType(),
                resource.resourceName(),
                resource.configs().stream()
                        .map(IncrementalAlterConfigsApi::edit)
                        .toList(),
                false);
    }

    private static ConfigEdit edit(AlterableConfig config) {
        OpType operation = OpType.forId(config.configOperation());
        if (operation == null) {
            throw new InvalidRequestException("Unknown operations type " + config.configOperation());
        }
        return new ConfigEdit(config.name(), operation, config.value());
    }

    private static AbstractResponse response(List<AlterConfigsResource> resources, List<ApiError> errors) {
        IncrementalAlterConfigsResponseData data = new IncrementalAlterConfigsResponseData();
        for (int i = 0; i < resources.size(); i++) {
            data.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceType(resources.get(i).resourceType())
                            .setResourceName(resources.get(i).resourceName())
                            .setErrorCode(errors.get(i).error().code())
                            .setErrorMessage(errors.get(i).message()));
        }
        return new IncrementalAlterConfigsResponse(data);
    }
}
