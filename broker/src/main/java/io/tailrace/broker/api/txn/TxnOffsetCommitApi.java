package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClientContext;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.group.GroupCoordinator;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.txn.ProducerIdentity;
import io.tailrace.broker.txn.TransactionCoordinator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;
import org.jspecify.annotations.Nullable;

/**
 * TxnOffsetCommit: offsets that count once the transaction is committed. The group's coordinator fences by member and generation
 * (KIP-447), the transaction's tables by producer and epoch. From version 5 on it makes the group part of the transaction
 * (KIP-890).
 */
final class TxnOffsetCommitApi implements Api {

    /** The first version whose clients know that a transaction can only be aborted. */
    private static final short ABORTABLE_VERSION = 4;

    /** The first version whose clients know that a coordinator may be loading. */
    private static final short LOADING_VERSION = 2;

    private final TopicResolver topics;
    private final TransactionCoordinator transactions;
    private final GroupCoordinator groups;

    TxnOffsetCommitApi(TopicResolver topics, TransactionCoordinator transactions, GroupCoordinator groups) {
        this.topics = topics;
        this.transactions = transactions;
        this.groups = groups;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        TxnOffsetCommitRequestData commit =
                (TxnOffsetCommitRequestData) request.body().data();
        TxnOffsetCommitResponse.Builder response = new TxnOffsetCommitResponse.Builder();
        List<TxnOffsetCommitRequestTopic> existing = new ArrayList<>();
        commit.topics().forEach(wanted -> addExisting(wanted, existing, response));
        if (existing.isEmpty()) {
            return CompletableFuture.completedFuture(response.build());
        }
        TxnOffsetCommitRequestData accepted = commit.duplicate().setTopics(existing);
        return joined(request.version(), commit)
                .thenCompose(done -> groups.commitTransactionalOffsets(ClientContext.of(request), accepted))
                .exceptionally(thrown -> TxnOffsetCommitRequest.getErrorResponse(accepted, errorOf(thrown)))
                .thenApply(results ->
                        response.merge(asKnownBy(request.version(), results)).build());
    }

    private CompletableFuture<?> joined(short version, TxnOffsetCommitRequestData commit) {
        if (version <= TxnOffsetCommitRequest.LAST_STABLE_VERSION_BEFORE_TRANSACTION_V2) {
            return CompletableFuture.completedFuture(null);
        }
        ProducerIdentity producer = new ProducerIdentity(commit.producerId(), commit.producerEpoch());
        return transactions.addGroup(commit.transactionalId(), producer, commit.groupId());
    }

    /** A fenced producer is told so in the words of the log, as Kafka does. */
    private static Errors errorOf(Throwable thrown) {
        return TransactionErrors.errorOf(SqlErrors.unwrap(thrown), false);
    }

    private static TxnOffsetCommitResponseData asKnownBy(short version, TxnOffsetCommitResponseData results) {
        results.topics().forEach(topic -> topic.partitions().forEach(partition -> {
            Errors error = Errors.forCode(partition.errorCode());
            if (error == Errors.TRANSACTION_ABORTABLE && version < ABORTABLE_VERSION) {
                partition.setErrorCode(Errors.INVALID_TXN_STATE.code());
            } else if (error == Errors.COORDINATOR_LOAD_IN_PROGRESS && version < LOADING_VERSION) {
                partition.setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code());
            }
        }));
        return results;
    }

    private void addExisting(
            TxnOffsetCommitRequestTopic wanted,
            List<TxnOffsetCommitRequestTopic> existing,
            TxnOffsetCommitResponse.Builder response) {
        Optional<Topic> topic = topics.topic(wanted.name(), Uuid.ZERO_UUID);
        TxnOffsetCommitRequestTopic found = new TxnOffsetCommitRequestTopic().setName(wanted.name());
        for (TxnOffsetCommitRequestPartition partition : wanted.partitions()) {
            if (topic.flatMap(there -> topics.partition(there, partition.partitionIndex()))
                    .isPresent()) {
                found.partitions().add(partition);
            } else {
                response.addPartition(wanted.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        if (!found.partitions().isEmpty()) {
            existing.add(found);
        }
    }
}
