package io.tailrace.broker.api.log;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.AppendResult;
import io.tailrace.broker.log.LogAppends;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Produce. Every partition of a request is an append of its own and may fail by itself; the answer waits for all.
 *
 * <p>acks=1 and acks=all are the same: acknowledged means committed. With acks=0 there is no answer, but the request counts
 * as open until it is written, and an error closes the connection, which is how such a producer hears of it.
 */
final class ProduceApi implements Api {

    private static final Logger LOGGER = LoggerFactory.getLogger(ProduceApi.class);

    private final TopicResolver topics;
    private final LogAppends appends;
    private final TransactionalProduce transactions;

    /** A partition of the request that is there, and the place of its answer. */
    private record Part(Partition partition, PartitionProduceData data, PartitionProduceResponse answer) {}

    ProduceApi(TopicResolver topics, LogAppends appends, TransactionalProduce transactions) {
        this.topics = topics;
        this.appends = appends;
        this.transactions = transactions;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        ProduceRequestData produce = (ProduceRequestData) request.body().data();
        if (produce.acks() < -1 || produce.acks() > 1) {
            return CompletableFuture.completedFuture(
                    request.body().getErrorResponse(Errors.INVALID_REQUIRED_ACKS.exception()));
        }
        ProduceResponseData response = new ProduceResponseData();
        List<Part> parts = new ArrayList<>();
        for (TopicProduceData topicData : produce.topicData()) {
            Optional<Topic> topic = topics.topic(topicData.name(), topicData.topicId());
            TopicProduceResponse topicResponse =
                    new TopicProduceResponse().setName(topicData.name()).setTopicId(topicData.topicId());
            response.responses().add(topicResponse);
            for (PartitionProduceData data : topicData.partitionData()) {
                PartitionProduceResponse answer = new PartitionProduceResponse().setIndex(data.index());
                topicResponse.partitionResponses().add(answer);
                Optional<Partition> partition = topic.flatMap(found -> topics.partition(found, data.index()));
                if (partition.isEmpty()) {
                    Errors error = topic.isEmpty()
                            ? TopicResolver.unknown(topicData.topicId())
                            : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                    fill(answer, error, error.message());
                } else {
                    parts.add(new Part(partition.get(), data, answer));
                }
            }
        }
        return append(produce, request.version(), parts).thenApply(done -> answer(produce.acks(), response));
    }

    private CompletableFuture<?> append(ProduceRequestData produce, short version, List<Part> parts) {
        boolean inTransaction = produce.transactionalId() != null;
        List<Partition> partitions = parts.stream().map(Part::partition).toList();
        return transactions
                .append(produce, version, partitions, () -> appendAll(parts, version, inTransaction))
                .exceptionally(thrown -> {
                    Throwable error = TransactionalProduce.coordinatorError(SqlErrors.unwrap(thrown));
                    parts.forEach(part -> fillError(part.answer(), part.partition(), error));
                    return null;
                });
    }

    private CompletableFuture<@Nullable Void> appendAll(List<Part> parts, short version, boolean inTransaction) {
        return CompletableFuture.allOf(
                parts.stream().map(part -> append(part, version, inTransaction)).toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<?> append(Part part, short version, boolean inTransaction) {
        if (!(part.data().records() instanceof MemoryRecords records)) {
            fill(part.answer(), Errors.INVALID_RECORD, "The partition has no records");
            return CompletableFuture.completedFuture(null);
        }
        return appends.append(part.partition(), records, version, inTransaction).handle((result, thrown) -> {
            if (thrown == null) {
                fill(part.answer(), result);
            } else {
                Throwable error = TransactionalProduce.errorFor(version, SqlErrors.unwrap(thrown));
                fillError(part.answer(), part.partition(), error);
            }
            return part;
        });
    }

    private static void fill(PartitionProduceResponse answer, AppendResult result) {
        answer.setBaseOffset(result.baseOffset())
                .setLogAppendTimeMs(result.logAppendTimeMs())
                .setLogStartOffset(result.logStartOffset());
    }

    private static void fill(PartitionProduceResponse answer, Errors error, String message) {
        answer.setErrorCode(error.code())
                .setErrorMessage(message)
                .setBaseOffset(ProduceResponse.INVALID_OFFSET)
                .setLogStartOffset(ProduceResponse.INVALID_OFFSET);
    }

    private static void fillError(PartitionProduceResponse answer, Partition partition, Throwable thrown) {
        if (thrown instanceof RecordValidationException rejected) {
            fill(
                    answer,
                    Errors.forException(rejected.invalidException()),
                    SqlErrors.message(rejected.invalidException()));
            answer.setRecordErrors(rejected.recordErrors().stream()
                    .map(error -> new BatchIndexAndErrorMessage()
                            .setBatchIndex(error.batchIndex)
                            .setBatchIndexErrorMessage(error.message))
                    .toList());
            return;
        }
        Errors error = SqlErrors.errorOf(thrown);
        fill(answer, error, SqlErrors.message(thrown));
        if (!(thrown instanceof ApiException)) {
            LOGGER.atError()
                    .setCause(thrown)
                    .addKeyValue("topic", partition.topic().name())
                    .addKeyValue("partition", partition.id().partition())
                    .log("append failed");
        }
    }

    private static @Nullable AbstractResponse answer(short acks, ProduceResponseData response) {
        if (acks != 0) {
            return new ProduceResponse(response);
        }
        response.responses().stream()
                .flatMap(topic -> topic.partitionResponses().stream())
                .filter(partition -> partition.errorCode() != Errors.NONE.code())
                .findFirst()
                .ifPresent(partition -> {
                    throw Errors.forCode(partition.errorCode()).exception(partition.errorMessage());
                });
        return null;
    }
}
