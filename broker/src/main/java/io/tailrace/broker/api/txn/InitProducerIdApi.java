package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
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

    private final Supplier<CompletableFuture<Long>> producerIds;

    /** @param producerIds gives out a new one at each call */
    InitProducerIdApi(Supplier<CompletableFuture<Long>> producerIds) {
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
        return producerIds.get().handle((id, thrown) -> answer(request, id, thrown));
    }

    private static AbstractResponse answer(KafkaRequest request, @Nullable Long id, @Nullable Throwable thrown) {
        if (id != null) {
            return new InitProducerIdResponse(
                    new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0));
        }
        Throwable cause = thrown == null ? new IllegalStateException("no producer id") : SqlErrors.unwrap(thrown);
        if (cause instanceof SQLException sql && SqlErrors.isPassing(sql)) {
            // The Java client gives up for good at any error that is not retriable.
            return request.body().getErrorResponse(Errors.COORDINATOR_LOAD_IN_PROGRESS.exception());
        }
        throw new CompletionException(cause);
    }
}
