package io.tailrace.broker.protocol;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/** Answers requests. Called on the event loop of the connection, so it never blocks. */
@FunctionalInterface
public interface RequestDispatcher {

    /**
     * Begins to answer one request. The future always completes, also when the connection has closed meanwhile: until then
     * the request counts against the broker's request memory.
     *
     * @return completes on any thread with the response, or with null where the protocol has none (a produce request with
     *     acks=0); exceptionally for an error that is answered by {@link
     *     org.apache.kafka.common.requests.AbstractRequest#getErrorResponse}, or, with acks=0, by closing the connection
     */
    CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request);
}
