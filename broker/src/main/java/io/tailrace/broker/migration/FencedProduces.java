package io.tailrace.broker.migration;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.jspecify.annotations.Nullable;

/**
 * Answers produce requests that the log refuses because of a fence only when the fence is gone: clients wait longer from one
 * refusal to the next, so that one that is refused a few times goes on seconds later than it could, and KafkaJS gives up after
 * the sixth. Who is still waiting when the cluster moves hears of that at once. No request waits for longer than its client
 * has patience for. What has an answer other than a refusal gets it at once, for instance a batch that is written already.
 *
 * <p>Not kept waiting are requests of transactions, whose end would come later for it, of clients of little patience, and what
 * is beyond a bound of memory.
 *
 * <p>Thread-safe.
 */
final class FencedProduces {

    private static final Set<Errors> REFUSED = Set.of(Errors.NOT_ENOUGH_REPLICAS);

    private final RequestDispatcher next;
    private final Supplier<Stage> stage;
    private final ScheduledExecutorService timer;
    private final Duration longest;
    private final long maxBytes;

    /** Completes when those who wait now are to be answered; null where nobody waits. Guarded by this. */
    private @Nullable CompletableFuture<Boolean> turn;

    /** Of the requests that wait for that. Guarded by this. */
    private long bytes;

    /**
     * Nobody waits yet.
     *
     * @param next who answers
     * @param longest for how long a request waits; at most half of what its client waits for
     * @param maxBytes of frames
     */
    FencedProduces(
            RequestDispatcher next,
            Supplier<Stage> stage,
            ScheduledExecutorService timer,
            Duration longest,
            long maxBytes) {
        this.next = next;
        this.stage = stage;
        this.timer = timer;
        this.longest = longest;
        this.maxBytes = maxBytes;
    }

    /** Answers a produce request, now or later. */
    CompletableFuture<@Nullable AbstractResponse> answer(KafkaRequest request) {
        return next.dispatch(request)
                .thenCompose(response -> isRefused(response) ? later(request, response) : now(response));
    }

    private static boolean isRefused(@Nullable AbstractResponse response) {
        return response instanceof ProduceResponse produced
                && produced.errorCounts().keySet().equals(REFUSED);
    }

    private static CompletableFuture<@Nullable AbstractResponse> now(@Nullable AbstractResponse response) {
        return CompletableFuture.completedFuture(response);
    }

    private CompletableFuture<@Nullable AbstractResponse> later(
            KafkaRequest request, @Nullable AbstractResponse refusal) {
        CompletableFuture<Boolean> over = isPatient(request) ? join(request.sizeBytes()) : null;
        return over == null
                ? now(refusal)
                : over.thenCompose(done -> stage.get() instanceof Stage.Moved ? next.dispatch(request) : now(refusal));
    }

    private boolean isPatient(KafkaRequest request) {
        ProduceRequestData produce = (ProduceRequestData) request.body().data();
        return produce.transactionalId() == null && produce.timeoutMs() >= 2 * longest.toMillis();
    }

    private synchronized @Nullable CompletableFuture<Boolean> join(int sizeBytes) {
        if (!(stage.get() instanceof Stage.Fenced) || bytes + sizeBytes > maxBytes) {
            return null;
        }
        turn = turn == null ? begin() : turn;
        bytes += turn == null ? 0 : sizeBytes;
        return turn;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It ends by itself.
    private @Nullable CompletableFuture<Boolean> begin() {
        CompletableFuture<Boolean> begun = new CompletableFuture<>();
        try {
            timer.schedule(() -> end(begun), longest.toMillis(), TimeUnit.MILLISECONDS);
            return begun;
        } catch (RejectedExecutionException e) {
            // The broker ends.
            return null;
        }
    }

    private void end(CompletableFuture<Boolean> begun) {
        synchronized (this) {
            if (turn == begun) {
                turn = null;
                bytes = 0;
            }
        }
        begun.complete(true);
    }

    /** The fence may be gone: those who wait are answered, on this thread. */
    void release() {
        CompletableFuture<Boolean> begun;
        synchronized (this) {
            begun = turn;
        }
        if (begun != null) {
            end(begun);
        }
    }
}
