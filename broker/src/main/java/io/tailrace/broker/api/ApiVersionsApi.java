package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.jspecify.annotations.Nullable;

/**
 * ApiVersions: what is served. A version of it that we do not know is answered in version 0 with UNSUPPORTED_VERSION and
 * our range for this one key, and the client asks again (KIP-511). The epoch of the
 * finalized features stays 0.
 */
final class ApiVersionsApi implements Api {

    private final ApiVersionCollection served;

    ApiVersionsApi(ApiVersionCollection served) {
        this.served = served;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        ApiVersionsRequest apiVersions = (ApiVersionsRequest) request.body();
        if (apiVersions.hasUnsupportedRequestVersion()) {
            return CompletableFuture.completedFuture(
                    apiVersions.getErrorResponse(0, Errors.UNSUPPORTED_VERSION.exception()));
        }
        if (!apiVersions.isValid()) {
            return CompletableFuture.completedFuture(
                    apiVersions.getErrorResponse(0, Errors.INVALID_REQUEST.exception()));
        }
        request.connection()
                .identify(new ClientInformation(
                        apiVersions.data().clientSoftwareName(),
                        apiVersions.data().clientSoftwareVersion()));
        return CompletableFuture.completedFuture(new ApiVersionsResponse.Builder()
                .setApiVersions(served.duplicate())
                .setSupportedFeatures(FeatureLevels.supported())
                .setFinalizedFeatures(FeatureLevels.FINALIZED)
                .setFinalizedFeaturesEpoch(0)
                .build());
    }
}
