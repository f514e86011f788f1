package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.TopicChanges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.jspecify.annotations.Nullable;

/** CreatePartitions: each topic by itself. */
final class CreatePartitionsApi implements Api {

    private final TopicChanges changes;
    private final int nodeId;

    CreatePartitionsApi(TopicChanges changes, int nodeId) {
        this.changes = changes;
        this.nodeId = nodeId;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        CreatePartitionsRequestData create =
                (CreatePartitionsRequestData) request.body().data();
        Map<String, Integer> timesNamed = new LinkedHashMap<>();
        create.topics().forEach(topic -> timesNamed.merge(topic.name(), 1, Integer::sum));
        List<CompletableFuture<CreatePartitionsTopicResult>> results = new ArrayList<>();
        timesNamed.forEach((name, times) -> results.add(
                times > 1
                        ? CompletableFuture.completedFuture(
                                result(name, Errors.INVALID_REQUEST, "Duplicate topic name."))
                        : add(create.topics().find(name), create.validateOnly())));
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> new CreatePartitionsResponse(new CreatePartitionsResponseData()
                        .setResults(
                                results.stream().map(CompletableFuture::join).toList())));
    }

    private CompletableFuture<CreatePartitionsTopicResult> add(CreatePartitionsTopic topic, boolean validateOnly) {
        return changes.addPartitions(topic.name(), topic.count(), added -> checkAssignments(topic, added), validateOnly)
                .handle((done, thrown) -> thrown == null
                        ? result(topic.name(), Errors.NONE, null)
                        : result(topic.name(), SqlErrors.errorOf(thrown), SqlErrors.message(SqlErrors.unwrap(thrown))));
    }

    private void checkAssignments(CreatePartitionsTopic topic, int added) {
        if (topic.assignments() == null) {
            return;
        }
        if (topic.assignments().size() != added) {
            throw new InvalidReplicaAssignmentException("Attempted to add " + added
                    + " additional partition(s), but only "
                    + topic.assignments().size()
                    + " assignment(s) were specified.");
        }
        for (CreatePartitionsAssignment assignment : topic.assignments()) {
            ReplicaAssignments.check(assignment.brokerIds(), nodeId);
            ReplicaAssignments.checkOneReplica(assignment.brokerIds());
        }
    }

    private static CreatePartitionsTopicResult result(String name, Errors error, @Nullable String message) {
        return new CreatePartitionsTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
