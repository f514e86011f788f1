package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.txn.TransactionCoordinator;
import io.tailrace.broker.txn.TransactionDescription;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeTransactionsResponse;
import org.jspecify.annotations.Nullable;

/** DescribeTransactions, from memory. */
final class DescribeTransactionsApi implements Api {

    private final TransactionCoordinator transactions;

    DescribeTransactionsApi(TransactionCoordinator transactions) {
        this.transactions = transactions;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DescribeTransactionsRequestData describe =
                (DescribeTransactionsRequestData) request.body().data();
        DescribeTransactionsResponseData data = new DescribeTransactionsResponseData();
        describe.transactionalIds().forEach(id -> data.transactionStates().add(describe(id)));
        return CompletableFuture.completedFuture(new DescribeTransactionsResponse(data));
    }

    private TransactionState describe(String transactionalId) {
        if (transactionalId.isEmpty()) {
            return failed(transactionalId, Errors.INVALID_REQUEST);
        }
        return transactions
                .describe(transactionalId)
                .map(DescribeTransactionsApi::state)
                .orElseGet(() -> failed(transactionalId, Errors.TRANSACTIONAL_ID_NOT_FOUND));
    }

    private static TransactionState failed(String transactionalId, Errors error) {
        return new TransactionState().setTransactionalId(transactionalId).setErrorCode(error.code());
    }

    private static TransactionState state(TransactionDescription description) {
        TransactionState state = new TransactionState()
                .setTransactionalId(description.transactionalId())
                .setProducerId(description.producer().producerId())
                .setProducerEpoch(description.producer().epoch())
                .setTransactionState(description.state().kafkaName())
                .setTransactionTimeoutMs(description.timeoutMs())
                .setTransactionStartTimeMs(description.startedMs());
        for (Partition partition : description.partitions()) {
            String name = partition.topic().name();
            TopicData topic = state.topics().find(name);
            if (topic == null) {
                topic = new TopicData().setTopic(name);
                state.topics().add(topic);
            }
            topic.partitions().add(partition.id().partition());
        }
        return state;
    }
}
