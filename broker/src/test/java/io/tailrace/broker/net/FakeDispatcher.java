package io.tailrace.broker.net;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/** Remembers what was dispatched; the test answers when it wants to. Confined to the test's thread. */
final class FakeDispatcher implements RequestDispatcher {
    final List<KafkaRequest> requests = new ArrayList<>();
    final List<CompletableFuture<@Nullable AbstractResponse>> answers = new ArrayList<>();

    @Override
    public CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request) {
        CompletableFuture<@Nullable AbstractResponse> answer = new CompletableFuture<>();
        requests.add(request);
        answers.add(answer);
        return answer;
    }

    List<Integer> correlationIds() {
        return requests.stream()
                .map(request -> request.header().correlationId())
                .toList();
    }
}
