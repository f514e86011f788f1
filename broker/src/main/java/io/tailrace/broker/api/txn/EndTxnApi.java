package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.txn.ProducerIdentity;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.EndTxnRequest;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.jspecify.annotations.Nullable;

/**
 * EndTxn: answered when the outcome is in Postgres, and committed offsets are with their groups. From version 5 on each outcome
 * gives the producer a new epoch (KIP-890).
 */
final class EndTxnApi implements Api {

    /** The first version that knows PRODUCER_FENCED. */
    private static final short FENCING_VERSION = 2;

    private final TransactionCoordinator transactions;

    EndTxnApi(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        EndTxnRequestData end = (EndTxnRequestData) request.body().data();
        if (end.transactionalId().isEmpty()) {
            return CompletableFuture.completedFuture(
                    request.body().getErrorResponse(Errors.INVALID_REQUEST.exception()));
        }
        boolean newEpoch = request.version() > EndTxnRequest.LAST_STABLE_VERSION_BEFORE_TRANSACTION_V2;
        return transactions
                .end(
                        end.transactionalId(),
                        new ProducerIdentity(end.producerId(), end.producerEpoch()),
                        end.committed(),
                        newEpoch)
                .handle((producer, thrown) -> answer(request, newEpoch, producer, thrown));
    }

    private static AbstractResponse answer(
            KafkaRequest request, boolean newEpoch, @Nullable ProducerIdentity producer, @Nullable Throwable thrown) {
        EndTxnResponseData data = new EndTxnResponseData();
        if (thrown != null) {
            Errors error = TransactionErrors.errorOf(thrown, request.version() >= FENCING_VERSION);
            data.setErrorCode(error.code());
        } else if (newEpoch && producer != null) {
            data.setProducerId(producer.producerId()).setProducerEpoch(producer.epoch());
        }
        return new EndTxnResponse(data);
    }
}
