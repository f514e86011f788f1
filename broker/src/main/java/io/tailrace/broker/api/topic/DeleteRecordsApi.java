package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.Topic;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DeleteRecords: the start of each partition moves at once; the rows go later. */
final class DeleteRecordsApi implements Api {

    private static final Logger LOGGER = LoggerFactory.getLogger(DeleteRecordsApi.class);

    /** Moves the start of a partition to an offset that is not above its end, and says where it is now; blocks. */
    @FunctionalInterface
    interface LogStart {
        long advance(Partition partition, long offset) throws SQLException;
    }

    private final TopicResolver topics;
    private final LogStart logStart;
    private final Executor executor;

    DeleteRecordsApi(TopicResolver topics, LogStart logStart, Executor executor) {
        this.topics = topics;
        this.logStart = logStart;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DeleteRecordsRequestData delete =
                (DeleteRecordsRequestData) request.body().data();
        return CompletableFuture.supplyAsync(() -> answer(delete), executor);
    }

    private AbstractResponse answer(DeleteRecordsRequestData delete) {
        DeleteRecordsResponseData data = new DeleteRecordsResponseData();
        for (DeleteRecordsTopic topic : delete.topics()) {
            DeleteRecordsTopicResult result = data.topics().find(topic.name());
            if (result == null) {
                result = new DeleteRecordsTopicResult().setName(topic.name());
                data.topics().add(result);
            }
            for (DeleteRecordsPartition partition : topic.partitions()) {
                // Of a partition that is named twice the first answer stands; both are carried out.
                result.partitions().add(answer(topic.name(), partition));
            }
        }
        return new DeleteRecordsResponse(data);
    }

    private DeleteRecordsPartitionResult answer(String topic, DeleteRecordsPartition wanted) {
        DeleteRecordsPartitionResult result = new DeleteRecordsPartitionResult()
                .setPartitionIndex(wanted.partitionIndex())
                .setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK);
        try {
            Partition partition = partition(topic, wanted.partitionIndex());
            result.setLowWatermark(logStart.advance(partition, offset(partition, wanted.offset())));
        } catch (ApiException e) {
            result.setErrorCode(Errors.forException(e).code());
        } catch (SQLException e) {
            result.setErrorCode(errorOf(topic, e).code());
        }
        return result;
    }

    private Partition partition(String name, int index) {
        Topic topic = topics.topic(name, Uuid.ZERO_UUID).orElseThrow(DeleteRecordsApi::unknown);
        Partition partition = topics.partition(topic, index).orElseThrow(DeleteRecordsApi::unknown);
        if (org.apache.kafka.common.internals.Topic.isInternal(name)) {
            throw new InvalidTopicException("Cannot delete records of internal topic " + name);
        }
        if (topic.settings().compacted() && !topic.settings().deleted()) {
            throw new PolicyViolationException(
                    "Records of partition " + partition + " can not be deleted due to the configured policy");
        }
        return partition;
    }

    private static UnknownTopicOrPartitionException unknown() {
        return new UnknownTopicOrPartitionException(Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
    }

    private static long offset(Partition partition, long wanted) {
        long offset = wanted == DeleteRecordsRequest.HIGH_WATERMARK ? partition.highWatermark() : wanted;
        if (offset < 0 || offset > partition.highWatermark()) {
            throw new OffsetOutOfRangeException(
                    "The offset " + offset + " for partition " + partition + " is not valid");
        }
        return offset;
    }

    private static Errors errorOf(String topic, SQLException e) {
        if (SqlErrors.isPassing(e)) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        LOGGER.atError().setCause(e).addKeyValue("topic", topic).log("moving the start of a partition failed");
        return Errors.UNKNOWN_SERVER_ERROR;
    }
}
