package io.tailrace.forwarder.verify;

import java.time.Duration;

/** How long to rest after a piece of work, so that the rate is kept on average. Immutable. */
record RateLimit(int recordsPerSecond, long bytesPerSecond) {

    /** Between work that took {@code spent} and the next. */
    Duration rest(long records, long bytes, Duration spent) {
        double seconds = Math.max((double) records / recordsPerSecond, (double) bytes / bytesPerSecond);
        Duration rest = Duration.ofNanos((long) (seconds * 1e9)).minus(spent);
        return rest.isNegative() ? Duration.ZERO : rest;
    }
}
