package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/** Answers the requests of one API key. Called on an event loop: it never blocks. */
@FunctionalInterface
public interface Api {

    /** See {@link io.tailrace.broker.protocol.RequestDispatcher#dispatch}. */
    CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request);
}
