package io.tailrace.broker.net;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.Reply;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.protocol.ResponseSerializer;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/** A request that is being answered, and its answer to be. Immutable. */
record DispatchedRequest(ReceivedRequest received, CompletableFuture<@Nullable AbstractResponse> answer) {

    /** Begins to answer; a dispatcher that throws is like one whose future fails. */
    static DispatchedRequest dispatch(ReceivedRequest received, RequestDispatcher dispatcher) {
        try {
            return new DispatchedRequest(received, Objects.requireNonNull(dispatcher.dispatch(received.request())));
        } catch (RuntimeException | Error e) {
            return new DispatchedRequest(received, CompletableFuture.failedFuture(e));
        }
    }

    boolean isDone() {
        return answer.isDone();
    }

    /** Runs the action, on any thread, when the answer is there. What fails in it has no one to tell. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void onDone(Runnable action) {
        answer.whenComplete((response, failure) -> action.run());
    }

    /** How to end this request; only once it is done. */
    Reply reply() {
        KafkaRequest request = received.request();
        try {
            return ResponseSerializer.reply(request, answer.join());
        } catch (CompletionException | CancellationException e) {
            return ResponseSerializer.replyToFailure(request, e);
        }
    }
}
