package io.tailrace.cli.bench.load;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.jspecify.annotations.Nullable;

/** The first record of a run that was not acknowledged, if there is one. Thread-safe. */
final class SendFailure {

    private final AtomicReference<@Nullable Exception> first = new AtomicReference<>();

    void note(Exception failure) {
        first.compareAndSet(null, failure);
    }

    boolean occurred() {
        return first.get() != null;
    }

    /** Notes failures and does nothing else. */
    Callback callback() {
        return (metadata, failure) -> {
            if (failure != null) {
                note(failure);
            }
        };
    }

    /** @throws IllegalStateException if a record was not acknowledged: such a run does not count */
    void check() {
        Exception failure = first.get();
        if (failure != null) {
            throw new IllegalStateException("a record was not acknowledged", failure);
        }
    }
}
