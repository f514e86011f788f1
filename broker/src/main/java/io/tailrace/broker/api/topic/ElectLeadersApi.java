package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ElectLeadersResponse;
import org.jspecify.annotations.Nullable;

/** ElectLeaders: every partition is led by its one replica already. */
final class ElectLeadersApi implements Api {

    private final TopicRegistry registry;

    ElectLeadersApi(TopicRegistry registry) {
        this.registry = registry;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        ElectLeadersRequestData elect = (ElectLeadersRequestData) request.body().data();
        checkType(elect.electionType());
        ElectLeadersResponseData data = new ElectLeadersResponseData();
        if (elect.topicPartitions() == null) {
            // Of all partitions only those are told that got another leader.
            registry.all().forEach(topic -> data.replicaElectionResults()
                    .add(new ReplicaElectionResult().setTopic(topic.name())));
        } else {
            elect.topicPartitions()
                    .forEach(topic -> data.replicaElectionResults().add(result(topic)));
        }
        return CompletableFuture.completedFuture(new ElectLeadersResponse(data));
    }

    private static void checkType(byte type) {
        try {
            ElectionType.valueOf(type);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("Unknown election type " + type, e);
        }
    }

    private ReplicaElectionResult result(TopicPartitions wanted) {
        ReplicaElectionResult result = new ReplicaElectionResult().setTopic(wanted.topic());
        Optional<Topic> topic = registry.byName(wanted.topic());
        wanted.partitions()
                .forEach(partition -> result.partitionResult().add(result(wanted.topic(), topic, partition)));
        return result;
    }

    private static PartitionResult result(String name, Optional<Topic> topic, int partition) {
        PartitionResult result = new PartitionResult().setPartitionId(partition);
        if (topic.isEmpty()) {
            return failed(result, Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + name);
        }
        if (partition < 0 || partition >= topic.get().partitions()) {
            return failed(result, Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such partition as " + name + "-" + partition);
        }
        return failed(result, Errors.ELECTION_NOT_NEEDED, Errors.ELECTION_NOT_NEEDED.message());
    }

    private static PartitionResult failed(PartitionResult result, Errors error, String message) {
        return result.setErrorCode(error.code()).setErrorMessage(message);
    }
}
