package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.AlterPartitionReassignmentsResponse;
import org.jspecify.annotations.Nullable;

/** AlterPartitionReassignments: a partition can be where it is, and nowhere else. */
final class AlterPartitionReassignmentsApi implements Api {

    private final TopicRegistry registry;
    private final int nodeId;

    AlterPartitionReassignmentsApi(TopicRegistry registry, int nodeId) {
        this.registry = registry;
        this.nodeId = nodeId;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        AlterPartitionReassignmentsRequestData alter =
                (AlterPartitionReassignmentsRequestData) request.body().data();
        AlterPartitionReassignmentsResponseData data = new AlterPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setAllowReplicationFactorChange(alter.allowReplicationFactorChange());
        for (ReassignableTopic topic : alter.topics()) {
            ReassignableTopicResponse response = new ReassignableTopicResponse().setName(topic.name());
            topic.partitions().forEach(partition -> response.partitions().add(answer(topic.name(), partition)));
            data.responses().add(response);
        }
        return CompletableFuture.completedFuture(new AlterPartitionReassignmentsResponse(data));
    }

    private ReassignablePartitionResponse answer(String topic, ReassignablePartition wanted) {
        ReassignablePartitionResponse answer =
                new ReassignablePartitionResponse().setPartitionIndex(wanted.partitionIndex());
        try {
            check(topic, wanted);
            return answer.setErrorMessage(null);
        } catch (ApiException e) {
            return answer.setErrorCode(Errors.forException(e).code()).setErrorMessage(e.getMessage());
        }
    }

    private void check(String name, ReassignablePartition wanted) {
        Topic topic = registry.byName(name)
                .orElseThrow(() -> new UnknownTopicOrPartitionException("Unable to find a topic named " + name + "."));
        if (wanted.partitionIndex() < 0 || wanted.partitionIndex() >= topic.partitions()) {
            throw new UnknownTopicOrPartitionException(
                    "Unable to find partition " + name + ":" + wanted.partitionIndex() + ".");
        }
        if (wanted.replicas() == null) {
            throw new NoReassignmentInProgressException(Errors.NO_REASSIGNMENT_IN_PROGRESS.message());
        }
        ReplicaAssignments.check(wanted.replicas(), nodeId);
    }
}
