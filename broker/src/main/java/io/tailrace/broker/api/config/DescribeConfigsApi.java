package io.tailrace.broker.api.config;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.config.ConfigEntries.Detail;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.jspecify.annotations.Nullable;

/** DescribeConfigs: from memory. */
final class DescribeConfigsApi implements Api {

    private final TopicRegistry registry;
    private final BrokerDescriber broker;
    private final TopicDescriber topics;
    private final ResourceDescriber others;

    DescribeConfigsApi(
            TopicRegistry registry, BrokerDescriber broker, TopicDescriber topics, ResourceDescriber others) {
        this.registry = registry;
        this.broker = broker;
        this.topics = topics;
        this.others = others;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DescribeConfigsRequestData describe =
                (DescribeConfigsRequestData) request.body().data();
        Detail detail = new Detail(describe.includeSynonyms(), describe.includeDocumentation());
        List<DescribeConfigsResult> results = describe.resources().stream()
                .map(resource -> describe(resource, detail)
                        .setResourceType(resource.resourceType())
                        .setResourceName(resource.resourceName()))
                .toList();
        return CompletableFuture.completedFuture(
                new DescribeConfigsResponse(new DescribeConfigsResponseData().setResults(results)));
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource, Detail detail) {
        try {
            return switch (ConfigResource.Type.forId(resource.resourceType())) {
                case TOPIC -> describeTopic(resource, detail);
                case BROKER -> broker.describe(resource, detail);
                case BROKER_LOGGER -> broker.describeLoggers(resource);
                case GROUP -> others.describeGroup(resource, detail);
                case CLIENT_METRICS -> others.describeClientMetrics(resource, detail);
                case UNKNOWN ->
                    throw new InvalidRequestException("Unexpected resource type " + ConfigResource.Type.UNKNOWN
                            + " for resource " + resource.resourceName());
            };
        } catch (ApiException e) {
            return new DescribeConfigsResult()
                    .setErrorCode(Errors.forException(e).code())
                    .setErrorMessage(e.getMessage());
        }
    }

    private DescribeConfigsResult describeTopic(DescribeConfigsResource resource, Detail detail) {
        org.apache.kafka.common.internals.Topic.validate(resource.resourceName());
        return registry.byName(resource.resourceName())
                .map(Topic::settings)
                .map(settings -> topics.describe(resource, settings, detail))
                .orElseGet(() -> new DescribeConfigsResult().setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
    }
}
