package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.retry.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** When something that failed is tried again, each time in a row after a longer wait. Confined to one thread. */
final class Retry {
    private @Nullable Duration delay;
    private long atNs;

    void onFailure(long nowNs, Backoff backoff) {
        delay = backoff.after(delay);
        atNs = nowNs + delay.toNanos();
    }

    void onSuccess() {
        delay = null;
    }

    boolean isDue(long nowNs) {
        return delay == null || nowNs - atNs >= 0;
    }
}
