package io.tailrace.forwarder.retry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits that double from attempt to attempt, from {@code first} up to {@code longest}. */
public record Backoff(Duration first, Duration longest) {

    /** The wait after one of {@code previous}; null stands for the first attempt. */
    public Duration after(@Nullable Duration previous) {
        if (previous == null) {
            return first;
        }
        Duration doubled = previous.multipliedBy(2);
        return doubled.compareTo(longest) > 0 ? longest : doubled;
    }
}
