package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.jspecify.annotations.Nullable;

/** DeleteTopics: by name, or by id from version 6 on. */
final class DeleteTopicsApi implements Api {

    private final TopicResolver topics;
    private final TopicService topicService;

    DeleteTopicsApi(TopicResolver topics, TopicService topicService) {
        this.topics = topics;
        this.topicService = topicService;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        List<CompletableFuture<DeletableTopicResult>> results = new ArrayList<>();
        Set<DeleteTopicState> seen = new HashSet<>();
        for (DeleteTopicState wanted :
                wanted((DeleteTopicsRequestData) request.body().data(), request.version())) {
            if (seen.add(wanted)) {
                results.add(delete(wanted));
            }
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    DeleteTopicsResponseData data = new DeleteTopicsResponseData();
                    results.forEach(result -> data.responses().add(result.join()));
                    return new DeleteTopicsResponse(data);
                });
    }

    private static List<DeleteTopicState> wanted(DeleteTopicsRequestData delete, short version) {
        if (version >= 6) {
            return delete.topics();
        }
        return delete.topicNames().stream()
                .map(name -> new DeleteTopicState().setName(name))
                .toList();
    }

    private CompletableFuture<DeletableTopicResult> delete(DeleteTopicState wanted) {
        DeletableTopicResult result =
                new DeletableTopicResult().setName(wanted.name()).setTopicId(wanted.topicId());
        boolean byId = !wanted.topicId().equals(Uuid.ZERO_UUID);
        if (byId == (wanted.name() != null)) {
            return CompletableFuture.completedFuture(result.setErrorCode(Errors.INVALID_REQUEST.code())
                    .setErrorMessage("Name a topic by its name or by its id, not by both or neither."));
        }
        Optional<Topic> topic = topics.topic(byId ? "" : wanted.name(), wanted.topicId());
        if (topic.isEmpty()) {
            Errors error = TopicResolver.unknown(wanted.topicId());
            return CompletableFuture.completedFuture(
                    result.setErrorCode(error.code()).setErrorMessage(error.message()));
        }
        result.setName(topic.get().name()).setTopicId(topic.get().uuid());
        return topicService.delete(topic.get()).handle((done, thrown) -> {
            if (thrown != null) {
                result.setErrorCode(SqlErrors.errorOf(thrown).code())
                        .setErrorMessage(SqlErrors.message(SqlErrors.unwrap(thrown)));
            }
            return result;
        });
    }
}
