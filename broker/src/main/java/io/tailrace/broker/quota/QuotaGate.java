package io.tailrace.broker.quota;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.jspecify.annotations.Nullable;

/**
 * Holds back clients that take more than their quota: the answer goes out at once and says for how long, and the broker
 * takes nothing more from that connection meanwhile (KIP-219). Thread-safe.
 */
public final class QuotaGate implements RequestDispatcher {

    private final RequestDispatcher handlers;
    private final ClientQuotas quotas;

    public QuotaGate(RequestDispatcher handlers, ClientQuotas quotas) {
        this.handlers = handlers;
        this.quotas = quotas;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request) {
        if (!quotas.inUse()) {
            return handlers.dispatch(request);
        }
        long startNs = System.nanoTime();
        CompletableFuture<@Nullable AbstractResponse> answer = handlers.dispatch(request);
        long threadNs = System.nanoTime() - startNs;
        return request.header().apiKey() == ApiKeys.FETCH
                ? answer
                : answer.<@Nullable AbstractResponse>thenApply(response -> throttle(request, response, threadNs));
    }

    private @Nullable AbstractResponse throttle(
            KafkaRequest request, @Nullable AbstractResponse response, long threadNs) {
        int throttleMs = request.body() instanceof ProduceRequest ? quotas.onProduced(request) : 0;
        if (response != null) {
            // A producer with acks=0 is not told, and so not held back for its requests' time.
            throttleMs = Math.max(throttleMs, quotas.onThreadTime(request, threadNs));
        }
        if (throttleMs > 0) {
            request.connection().throttle(throttleMs);
            if (response != null) {
                response.maybeSetThrottleTimeMs(throttleMs);
            }
        }
        return response;
    }
}
