package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.txn.ProducerIdentity;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AddOffsetsToTxnResponse;
import org.jspecify.annotations.Nullable;

/** AddOffsetsToTxn: a consumer group becomes part of the transaction. */
final class AddOffsetsToTxnApi implements Api {

    /** The first version that knows PRODUCER_FENCED. */
    private static final short FENCING_VERSION = 2;

    private final TransactionCoordinator transactions;

    AddOffsetsToTxnApi(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        AddOffsetsToTxnRequestData add =
                (AddOffsetsToTxnRequestData) request.body().data();
        if (add.transactionalId().isEmpty()) {
            return CompletableFuture.completedFuture(
                    request.body().getErrorResponse(Errors.INVALID_REQUEST.exception()));
        }
        ProducerIdentity producer = new ProducerIdentity(add.producerId(), add.producerEpoch());
        return transactions
                .addGroup(add.transactionalId(), producer, add.groupId())
                .handle((done, thrown) -> answer(request, thrown));
    }

    private static AbstractResponse answer(KafkaRequest request, @Nullable Throwable thrown) {
        Errors error =
                thrown == null ? Errors.NONE : TransactionErrors.errorOf(thrown, request.version() >= FENCING_VERSION);
        return new AddOffsetsToTxnResponse(new AddOffsetsToTxnResponseData().setErrorCode(error.code()));
    }
}
