package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.txn.ProducerIdentity;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.jspecify.annotations.Nullable;

/**
 * InitProducerId. An idempotent producer always gets a new id with epoch 0; one with a transactional id, what the transaction
 * coordinator says.
 */
final class InitProducerIdApi implements Api {

    /** The first version that knows PRODUCER_FENCED. */
    private static final short FENCING_VERSION = 4;

    /** Begins under a transactional id. See {@link io.tailrace.broker.txn.TransactionCoordinator#initProducerId}. */
    @FunctionalInterface
    interface TransactionalInit {
        CompletableFuture<ProducerIdentity> init(
                String transactionalId, int timeoutMs, Optional<ProducerIdentity> expected);
    }

    private final Supplier<CompletableFuture<Long>> producerIds;
    private final TransactionalInit transactions;

    /** @param producerIds gives out a new one at each call */
    InitProducerIdApi(Supplier<CompletableFuture<Long>> producerIds, TransactionalInit transactions) {
        this.producerIds = producerIds;
        this.transactions = transactions;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        InitProducerIdRequestData init =
                (InitProducerIdRequestData) request.body().data();
        boolean hasId = init.producerId() != RecordBatch.NO_PRODUCER_ID;
        boolean hasEpoch = init.producerEpoch() != RecordBatch.NO_PRODUCER_EPOCH;
        boolean emptyName =
                init.transactionalId() != null && init.transactionalId().isEmpty();
        if (hasId != hasEpoch || emptyName) {
            return CompletableFuture.completedFuture(
                    request.body().getErrorResponse(Errors.INVALID_REQUEST.exception()));
        }
        if (init.transactionalId() == null) {
            return producerIds.get().handle((id, thrown) -> answer(request, id, thrown));
        }
        Optional<ProducerIdentity> expected =
                hasId ? Optional.of(new ProducerIdentity(init.producerId(), init.producerEpoch())) : Optional.empty();
        return transactions
                .init(init.transactionalId(), init.transactionTimeoutMs(), expected)
                .handle((producer, thrown) -> transactionalAnswer(request, producer, thrown));
    }

    private static AbstractResponse answer(KafkaRequest request, @Nullable Long id, @Nullable Throwable thrown) {
        if (id != null) {
            return answer(new ProducerIdentity(id, (short) 0));
        }
        Throwable cause = thrown == null ? new IllegalStateException("no producer id") : SqlErrors.unwrap(thrown);
        if (cause instanceof SQLException sql && SqlErrors.isPassing(sql)) {
            // The Java client gives up for good at any error that is not retriable.
            return request.body().getErrorResponse(Errors.COORDINATOR_LOAD_IN_PROGRESS.exception());
        }
        throw new CompletionException(cause);
    }

    private static AbstractResponse transactionalAnswer(
            KafkaRequest request, @Nullable ProducerIdentity producer, @Nullable Throwable thrown) {
        if (producer != null) {
            return answer(producer);
        }
        Throwable cause = thrown == null ? new IllegalStateException("no producer") : thrown;
        Errors error = TransactionErrors.errorOf(cause, request.version() >= FENCING_VERSION);
        return request.body().getErrorResponse(error.exception());
    }

    private static AbstractResponse answer(ProducerIdentity producer) {
        return new InitProducerIdResponse(new InitProducerIdResponseData()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch()));
    }
}
