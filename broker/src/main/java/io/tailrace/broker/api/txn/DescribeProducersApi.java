package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.ProducerStates;
import io.tailrace.broker.log.ProducerStates.ActiveProducer;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeProducersResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DescribeProducers: the idempotent and transactional producers that a partition remembers. */
final class DescribeProducersApi implements Api {

    private static final Logger LOGGER = LoggerFactory.getLogger(DescribeProducersApi.class);

    private final TopicResolver topics;
    private final ProducerStates producers;
    private final Executor executor;

    /** @param executor runs short queries */
    DescribeProducersApi(TopicResolver topics, ProducerStates producers, Executor executor) {
        this.topics = topics;
        this.producers = producers;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DescribeProducersRequestData describe =
                (DescribeProducersRequestData) request.body().data();
        return CompletableFuture.supplyAsync(() -> describe(describe), executor);
    }

    private AbstractResponse describe(DescribeProducersRequestData describe) {
        DescribeProducersResponseData data = new DescribeProducersResponseData();
        for (TopicRequest topic : describe.topics()) {
            TopicResponse answer = new TopicResponse().setName(topic.name());
            topic.partitionIndexes().forEach(index -> answer.partitions().add(describe(topic.name(), index)));
            data.topics().add(answer);
        }
        return new DescribeProducersResponse(data);
    }

    private PartitionResponse describe(String topicName, int index) {
        PartitionResponse answer = new PartitionResponse().setPartitionIndex(index);
        try {
            Topic.validate(topicName);
            Optional<Partition> partition =
                    topics.topic(topicName, Uuid.ZERO_UUID).flatMap(topic -> topics.partition(topic, index));
            if (partition.isEmpty()) {
                return failed(answer, Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
            }
            producers.of(partition.get()).forEach(producer -> answer.activeProducers()
                    .add(state(producer)));
            return answer;
        } catch (InvalidTopicException e) {
            return failed(answer, Errors.INVALID_TOPIC_EXCEPTION, e.getMessage());
        } catch (SQLException e) {
            if (SqlErrors.isPassing(e)) {
                return failed(answer, Errors.NOT_LEADER_OR_FOLLOWER, "Postgres is not available");
            }
            LOGGER.atError().setCause(e).addKeyValue("topic", topicName).log("reading producers failed");
            return failed(answer, Errors.UNKNOWN_SERVER_ERROR, null);
        }
    }

    private static PartitionResponse failed(PartitionResponse answer, Errors error, @Nullable String message) {
        return answer.setErrorCode(error.code()).setErrorMessage(message == null ? error.message() : message);
    }

    private static ProducerState state(ActiveProducer producer) {
        return new ProducerState()
                .setProducerId(producer.producerId())
                .setProducerEpoch(producer.epoch())
                .setLastSequence(producer.lastSequence())
                .setLastTimestamp(producer.lastTimestampMs())
                .setCoordinatorEpoch(producer.coordinatorEpoch())
                .setCurrentTxnStartOffset(producer.transactionStartOffset());
    }
}
