package io.tailrace.broker.api.config;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.quota.ClientQuotas;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.jspecify.annotations.Nullable;

/** AlterClientQuotas: in effect when it is answered. */
final class AlterClientQuotasApi implements Api {

    private final ClientQuotas quotas;

    AlterClientQuotasApi(ClientQuotas quotas) {
        this.quotas = quotas;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        AlterClientQuotasRequest alter = (AlterClientQuotasRequest) request.body();
        return quotas.alter(alter.entries(), alter.validateOnly())
                .<@Nullable AbstractResponse>thenApply(errors -> AlterClientQuotasResponse.fromQuotaEntities(errors, 0))
                .exceptionally(thrown -> {
                    if (SqlErrors.unwrap(thrown) instanceof SQLException away) {
                        return alter.getErrorResponse(0, SqlErrors.errorOf(away).exception(away.getMessage()));
                    }
                    throw SqlErrors.errorOf(thrown).exception();
                });
    }
}
