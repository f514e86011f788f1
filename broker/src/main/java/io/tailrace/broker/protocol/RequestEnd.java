package io.tailrace.broker.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to be done when a request is over: when the client has taken its answer, or will take none. Thread-safe (guarded
 * by itself); actions run outside the lock, once.
 */
public final class RequestEnd {

    private final List<Runnable> actions = new ArrayList<>(1);
    private boolean over;

    /** Has something done at the end, at once if that has come. It must not block. */
    public void add(Runnable action) {
        synchronized (this) {
            if (!over) {
                actions.add(action);
                return;
            }
        }
        action.run();
    }

    /** The request is over. Idempotent. */
    public void come() {
        List<Runnable> due;
        synchronized (this) {
            over = true;
            due = List.copyOf(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }
}
