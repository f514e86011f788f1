package io.tailrace.broker.txn;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other, in the order in which they came, on an executor that it shares with others. Thread-safe.
 * The callers are bounded by the requests that connections may have under way.
 */
final class SerialTasks {

    private final Executor executor;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    SerialTasks(Executor executor) {
        this.executor = executor;
    }

    /** Runs the task when all earlier ones are done; what it throws ends the future. */
    synchronized <T> CompletableFuture<T> submit(Supplier<T> task) {
        CompletableFuture<T> next = last.handleAsync((result, thrown) -> task.get(), executor);
        last = next;
        return next;
    }

    /** Likewise, for a task that begins something: later tasks do not wait for its end. */
    @SuppressWarnings("FutureReturnValueIgnored") // The result tells of both.
    <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        submit(() -> task.get().whenComplete((value, thrown) -> complete(result, value, thrown)))
                .whenComplete((begun, thrown) -> {
                    if (thrown != null) {
                        result.completeExceptionally(thrown);
                    }
                });
        return result;
    }

    private static <T> void complete(CompletableFuture<T> result, T value, @Nullable Throwable thrown) {
        if (thrown == null) {
            result.complete(value);
        } else {
            result.completeExceptionally(thrown);
        }
    }

    /** True if every task so far is done. */
    synchronized boolean isIdle() {
        return last.isDone();
    }
}
