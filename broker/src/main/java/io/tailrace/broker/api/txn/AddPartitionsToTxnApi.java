package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.AppendFence;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.txn.ProducerIdentity;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.jspecify.annotations.Nullable;

/**
 * AddPartitionsToTxn. Clients send one transaction, up to version 3. Later versions are for brokers: several transactions, each
 * to be extended or only looked at. One partition that is not there keeps all of a transaction's partitions out. Behind a fence
 * no transaction gets more partitions: clients try again.
 */
final class AddPartitionsToTxnApi implements Api {

    /** The first version that knows PRODUCER_FENCED. */
    private static final short FENCING_VERSION = 2;

    /** The first version with several transactions. */
    private static final short BATCHED_VERSION = 4;

    private final TopicResolver topics;
    private final TransactionCoordinator transactions;
    private final AppendFence fence;

    AddPartitionsToTxnApi(TopicResolver topics, TransactionCoordinator transactions, AppendFence fence) {
        this.topics = topics;
        this.transactions = transactions;
        this.fence = fence;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        AddPartitionsToTxnRequest body = (AddPartitionsToTxnRequest) request.body();
        AddPartitionsToTxnRequest add = request.version() < BATCHED_VERSION ? body.normalizeRequest() : body;
        List<CompletableFuture<AddPartitionsToTxnResult>> results = new ArrayList<>();
        add.data().transactions().forEach(transaction -> results.add(add(add, transaction)));
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> response(request.version(), results));
    }

    private static AbstractResponse response(short version, List<CompletableFuture<AddPartitionsToTxnResult>> results) {
        AddPartitionsToTxnResponseData data = new AddPartitionsToTxnResponseData();
        for (CompletableFuture<AddPartitionsToTxnResult> result : results) {
            if (version < BATCHED_VERSION) {
                data.setResultsByTopicV3AndBelow(result.join().topicResults());
            } else {
                data.resultsByTransaction().add(result.join());
            }
        }
        return new AddPartitionsToTxnResponse(data);
    }

    private CompletableFuture<AddPartitionsToTxnResult> add(
            AddPartitionsToTxnRequest request, AddPartitionsToTxnTransaction transaction) {
        String transactionalId = transaction.transactionalId();
        if (transactionalId.isEmpty()) {
            return CompletableFuture.completedFuture(
                    request.errorResponseForTransaction(transactionalId, Errors.INVALID_REQUEST));
        }
        Map<TopicPartition, Partition> found = new HashMap<>();
        List<TopicPartition> wanted = AddPartitionsToTxnRequest.getPartitions(transaction.topics());
        wanted.forEach(partition -> partition(partition).ifPresent(there -> found.put(partition, there)));
        if (!found.keySet().containsAll(wanted)) {
            return CompletableFuture.completedFuture(refused(transactionalId, wanted, found));
        }
        ProducerIdentity producer = new ProducerIdentity(transaction.producerId(), transaction.producerEpoch());
        if (transaction.verifyOnly()) {
            return CompletableFuture.completedFuture(verify(request, transactionalId, producer, found));
        }
        if (fence.isUp()) {
            return CompletableFuture.completedFuture(
                    request.errorResponseForTransaction(transactionalId, Errors.COORDINATOR_LOAD_IN_PROGRESS));
        }
        return transactions
                .addPartitions(transactionalId, producer, found.values())
                .handle((done, thrown) -> request.errorResponseForTransaction(
                        transactionalId,
                        thrown == null
                                ? Errors.NONE
                                : TransactionErrors.errorOf(thrown, request.version() >= FENCING_VERSION)));
    }

    private Optional<Partition> partition(TopicPartition partition) {
        return topics.topic(partition.topic(), Uuid.ZERO_UUID)
                .flatMap(topic -> topics.partition(topic, partition.partition()));
    }

    private static AddPartitionsToTxnResult refused(
            String transactionalId, List<TopicPartition> wanted, Map<TopicPartition, Partition> found) {
        Map<TopicPartition, Errors> errors = new HashMap<>();
        wanted.forEach(partition -> errors.put(
                partition,
                found.containsKey(partition) ? Errors.OPERATION_NOT_ATTEMPTED : Errors.UNKNOWN_TOPIC_OR_PARTITION));
        return AddPartitionsToTxnResponse.resultForTransaction(transactionalId, errors);
    }

    private AddPartitionsToTxnResult verify(
            AddPartitionsToTxnRequest request,
            String transactionalId,
            ProducerIdentity producer,
            Map<TopicPartition, Partition> wanted) {
        try {
            List<Partition> missing = transactions.missingPartitions(transactionalId, producer, wanted.values());
            Map<TopicPartition, Errors> errors = new HashMap<>();
            wanted.forEach((name, partition) ->
                    errors.put(name, missing.contains(partition) ? Errors.TRANSACTION_ABORTABLE : Errors.NONE));
            return AddPartitionsToTxnResponse.resultForTransaction(transactionalId, errors);
        } catch (RuntimeException e) {
            return request.errorResponseForTransaction(transactionalId, TransactionErrors.errorOf(e));
        }
    }
}
