package io.tailrace.broker.net;

import io.tailrace.config.ListenerConfig;
import java.time.Duration;

/** Listener settings for tests: any free port, small limits. */
final class TestListener {
    static final int MAX_FRAME_BYTES = 1024 * 1024;

    private TestListener() {}

    static ListenerConfig onPort(int port) {
        return config(port, 100, 8, 4L * MAX_FRAME_BYTES, Duration.ofSeconds(30), Duration.ofMinutes(10));
    }

    static ListenerConfig withMaxConnections(int maxConnections) {
        return config(0, maxConnections, 8, 4L * MAX_FRAME_BYTES, Duration.ofSeconds(30), Duration.ofMinutes(10));
    }

    static ListenerConfig withTimeouts(Duration requestReadTimeout, Duration idleTimeout) {
        return config(0, 100, 8, 4L * MAX_FRAME_BYTES, requestReadTimeout, idleTimeout);
    }

    static ListenerConfig withMaxInFlight(int maxInFlightRequests) {
        return config(
                0, 100, maxInFlightRequests, 4L * MAX_FRAME_BYTES, Duration.ofSeconds(30), Duration.ofMinutes(10));
    }

    private static ListenerConfig config(
            int port,
            int maxConnections,
            int maxInFlightRequests,
            long maxRequestMemoryBytes,
            Duration requestReadTimeout,
            Duration idleTimeout) {
        return new ListenerConfig(
                "127.0.0.1",
                port,
                "",
                0,
                1,
                maxConnections,
                MAX_FRAME_BYTES,
                maxRequestMemoryBytes,
                1 << 28,
                maxInFlightRequests,
                requestReadTimeout,
                idleTimeout,
                2);
    }
}
