package io.tailrace.broker.metrics;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import io.tailrace.broker.sql.SqlErrors;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/** Counts requests and their errors, and measures how long their answers take. Thread-safe. */
public final class MeteredDispatcher implements RequestDispatcher {

    private final RequestDispatcher handlers;
    private final BrokerMetrics metrics;

    public MeteredDispatcher(RequestDispatcher handlers, BrokerMetrics metrics) {
        this.handlers = handlers;
        this.metrics = metrics;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request) {
        long startNs = System.nanoTime();
        return handlers.dispatch(request)
                .whenComplete((response, thrown) -> metrics.onAnswered(
                        request.header().apiKey(), errors(response, thrown), System.nanoTime() - startNs));
    }

    private static Map<Errors, Integer> errors(@Nullable AbstractResponse response, @Nullable Throwable thrown) {
        if (thrown != null) {
            return Map.of(SqlErrors.errorOf(thrown), 1);
        }
        return response == null ? Map.of() : response.errorCounts();
    }
}
