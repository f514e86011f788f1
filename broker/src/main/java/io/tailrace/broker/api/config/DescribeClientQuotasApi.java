package io.tailrace.broker.api.config;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.quota.ClientQuotas;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeClientQuotasResponse;
import org.jspecify.annotations.Nullable;

/** DescribeClientQuotas: from memory. */
final class DescribeClientQuotasApi implements Api {

    private final ClientQuotas quotas;

    DescribeClientQuotasApi(ClientQuotas quotas) {
        this.quotas = quotas;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DescribeClientQuotasRequestData filter =
                (DescribeClientQuotasRequestData) request.body().data();
        return CompletableFuture.completedFuture(new DescribeClientQuotasResponse(quotas.describe(filter)));
    }
}
