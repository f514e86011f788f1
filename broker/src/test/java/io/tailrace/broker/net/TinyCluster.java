package io.tailrace.broker.net;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.protocol.ServedApis;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.jspecify.annotations.Nullable;

/** A cluster of one broker and one empty topic, just enough for a client's first questions. */
final class TinyCluster implements RequestDispatcher, ServedApis {
    static final String CLUSTER_ID = "tiny";
    static final String TOPIC = "orders";

    private final IntSupplier port;

    TinyCluster(IntSupplier port) {
        this.port = port;
    }

    @Override
    public boolean isServed(ApiKeys apiKey, short version) {
        return apiKey == ApiKeys.METADATA || apiKey == ApiKeys.API_VERSIONS;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request) {
        return switch (request.header().apiKey()) {
            case API_VERSIONS -> CompletableFuture.completedFuture(apiVersions(request));
            case METADATA -> CompletableFuture.supplyAsync(() -> metadata(request.version()));
            default -> throw new UnsupportedVersionException("not served");
        };
    }

    private static ApiVersionsResponse apiVersions(KafkaRequest request) {
        ApiVersionsResponseData data = new ApiVersionsResponseData();
        if (request.body() instanceof ApiVersionsRequest body && body.hasUnsupportedRequestVersion()) {
            data.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        }
        for (ApiKeys key : new ApiKeys[] {ApiKeys.API_VERSIONS, ApiKeys.METADATA}) {
            data.apiKeys()
                    .add(new ApiVersion()
                            .setApiKey(key.id)
                            .setMinVersion(key.oldestVersion())
                            .setMaxVersion(key.latestVersion()));
        }
        return new ApiVersionsResponse(data);
    }

    private AbstractResponse metadata(short version) {
        MetadataResponseData data =
                new MetadataResponseData().setClusterId(CLUSTER_ID).setControllerId(1);
        data.brokers()
                .add(new MetadataResponseBroker()
                        .setNodeId(1)
                        .setHost("127.0.0.1")
                        .setPort(port.getAsInt()));
        data.topics().add(new MetadataResponseTopic().setName(TOPIC));
        return new MetadataResponse(data, version);
    }
}
