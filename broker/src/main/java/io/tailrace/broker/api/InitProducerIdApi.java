package io.tailrace.broker.api;

import io.tailrace.broker.log.ProducerIds;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.jspecify.annotations.Nullable;

/**
 * InitProducerId for idempotent producers: always a new id with epoch 0, as Kafka does where there is no transactional id.
 * Transactions are not served yet.
 */
final class InitProducerIdApi implements Api {

    private final ProducerIds producerIds;

    InitProducerIdApi(ProducerIds producerIds) {
        this.producerIds = producerIds;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        InitProducerIdRequestData init =
                (InitProducerIdRequestData) request.body().data();
        if (init.transactionalId() != null) {
            Errors error = init.transactionalId().isEmpty() ? Errors.INVALID_REQUEST : Errors.UNSUPPORTED_VERSION;
            return CompletableFuture.completedFuture(request.body().getErrorResponse(error.exception()));
        }
        return producerIds
                .next()
                .thenApply(id -> new InitProducerIdResponse(
                        new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0)));
    }
}
