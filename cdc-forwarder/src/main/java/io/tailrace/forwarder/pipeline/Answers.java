package io.tailrace.forwarder.pipeline;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Answers that are there. Stateless. */
final class Answers {
    private Answers() {}

    /** Of a question that is done. */
    static <T> T of(Future<T> done) {
        try {
            return done.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
