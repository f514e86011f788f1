package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.config.TopicDescriber;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.jspecify.annotations.Nullable;

/** CreateTopics: each topic by itself, as a cluster of one broker does it. */
final class CreateTopicsApi implements Api {

    private final TopicService topicService;
    private final TopicDescriber describer;
    private final int nodeId;

    CreateTopicsApi(TopicService topicService, TopicDescriber describer, int nodeId) {
        this.topicService = topicService;
        this.describer = describer;
        this.nodeId = nodeId;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        CreateTopicsRequestData create =
                (CreateTopicsRequestData) request.body().data();
        Map<String, Integer> timesNamed = new LinkedHashMap<>();
        create.topics().forEach(topic -> timesNamed.merge(topic.name(), 1, Integer::sum));
        List<CompletableFuture<CreatableTopicResult>> results = new ArrayList<>();
        timesNamed.forEach((name, times) -> results.add(
                times > 1
                        ? CompletableFuture.completedFuture(duplicate(name))
                        : create(create.topics().find(name), create.validateOnly())));
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    CreateTopicsResponseData data = new CreateTopicsResponseData();
                    results.forEach(result -> data.topics().add(result.join()));
                    return new CreateTopicsResponse(data);
                });
    }

    private static CreatableTopicResult duplicate(String name) {
        return failed(name, new InvalidRequestException("Duplicate topic name."));
    }

    private CompletableFuture<CreatableTopicResult> create(CreatableTopic wanted, boolean validateOnly) {
        return CompletableFuture.completedFuture(wanted)
                .thenCompose(topic -> topicService.create(topic.name(), partitions(topic), config(topic), validateOnly))
                .handle((topic, thrown) -> thrown == null ? created(topic) : failed(wanted.name(), thrown));
    }

    private int partitions(CreatableTopic topic) {
        if (topic.assignments().isEmpty()) {
            short replicas = topic.replicationFactor();
            if (replicas != 1 && replicas != -1) {
                throw new InvalidReplicationFactorException("Replication factor: " + replicas
                        + " cannot be had: this cluster has one broker, and Postgres keeps its copies. Ask for 1.");
            }
            return topic.numPartitions();
        }
        checkAssignments(topic);
        return topic.assignments().size();
    }

    private void checkAssignments(CreatableTopic topic) {
        if (topic.replicationFactor() != -1 || topic.numPartitions() != -1) {
            throw new InvalidRequestException(
                    "A manual partition assignment was specified, but the replication factor and the number of"
                            + " partitions were not both set to -1.");
        }
        for (int partition = 0; partition < topic.assignments().size(); partition++) {
            CreatableReplicaAssignment assignment = topic.assignments().find(partition);
            if (assignment == null || !assignment.brokerIds().equals(List.of(nodeId))) {
                throw new InvalidReplicaAssignmentException("Partition " + partition
                        + " must be assigned, and to the one broker of this cluster, " + nodeId + ".");
            }
        }
    }

    private static Map<String, String> config(CreatableTopic topic) {
        Map<String, String> config = new HashMap<>();
        topic.configs().forEach(entry -> {
            if (entry.value() == null) {
                throw new InvalidConfigurationException("Null value not supported for topic configs: " + entry.name());
            }
            config.put(entry.name(), entry.value());
        });
        return config;
    }

    private CreatableTopicResult created(Topic topic) {
        return new CreatableTopicResult()
                .setName(topic.name())
                .setTopicId(topic.uuid())
                .setNumPartitions(topic.partitions())
                .setReplicationFactor((short) 1)
                .setConfigs(configs(topic));
    }

    private List<CreatableTopicConfigs> configs(Topic topic) {
        return describer.entries(topic.settings()).stream()
                .map(entry -> new CreatableTopicConfigs()
                        .setName(entry.name())
                        .setValue(entry.value())
                        .setConfigSource(entry.configSource())
                        .setReadOnly(entry.readOnly())
                        .setIsSensitive(entry.isSensitive()))
                .toList();
    }

    private static CreatableTopicResult failed(String name, Throwable thrown) {
        Errors error = SqlErrors.errorOf(thrown);
        return new CreatableTopicResult()
                .setName(name)
                .setErrorCode(error.code())
                .setErrorMessage(SqlErrors.message(SqlErrors.unwrap(thrown)));
    }
}
