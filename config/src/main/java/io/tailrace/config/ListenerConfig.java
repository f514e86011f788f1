package io.tailrace.config;

import java.time.Duration;

/** Section {@code [broker]}: the listener, and the bounds on what clients may use. */
public record ListenerConfig(
        @Setting(
                        value = "The address to bind. 0.0.0.0 accepts clients from other machines.",
                        byDefault = "127.0.0.1",
                        required = true)
                String host,
        @Setting(value = "The port to bind; 0 takes any free one.", byDefault = "9092", min = "0", max = "65535")
                int port,
        @Setting(
                        "The host name that clients are told to connect to. Empty: the same as host, or this machine's name where host is 0.0.0.0 or ::.")
                String advertisedHost,
        @Setting(
                        value = "The port that clients are told to connect to; 0: the one that is bound.",
                        byDefault = "0",
                        min = "0",
                        max = "65535")
                int advertisedPort,
        @Setting(
                        value =
                                "The id of this broker in Kafka's metadata. Keep it apart from the node ids of the Kafka that you may move to: clients take a broker of the same id for the same machine.",
                        byDefault = "1000001",
                        min = "0",
                        max = "2147483647")
                int nodeId,
        @Setting(
                        value = "Connections open at one time; more are closed at once.",
                        byDefault = "4000",
                        min = "1",
                        max = "1000000")
                int maxConnections,
        @Setting(
                        value = "The largest request. A connection that announces a larger one is closed.",
                        byDefault = "100MiB",
                        min = "1KiB",
                        max = "1GiB")
                int maxFrameBytes,
        @Setting(
                        value =
                                "Memory for all requests that are being read or wait for an answer. Beyond it the broker stops reading from its clients.",
                        byDefault = "256MiB",
                        min = "1KiB",
                        max = "1024GiB")
                long maxRequestMemoryBytes,
        @Setting(
                        value =
                                "Memory for the records of all fetch responses that their clients have not taken yet. The less is left, the less a fetch returns, down to 16 KiB or one batch.",
                        byDefault = "256MiB",
                        min = "1KiB",
                        max = "1024GiB")
                long maxResponseMemoryBytes,
        @Setting(
                        value =
                                "Unanswered requests of one connection. Beyond it the broker stops reading from that connection.",
                        byDefault = "32",
                        min = "1",
                        max = "10000")
                int maxInFlightRequests,
        @Setting(
                        value =
                                "A request must be complete this long after its first byte, or its connection is closed.",
                        byDefault = "30s",
                        min = "1ms",
                        max = "1d")
                Duration requestReadTimeout,
        @Setting(
                        value = "A connection without a request for this long is closed.",
                        byDefault = "10m",
                        min = "1ms",
                        max = "365d")
                Duration idleTimeout,
        @Setting(value = "Threads that serve the network.", byDefault = "2", min = "1", max = "256") int ioThreads) {

    public ListenerConfig {
        if (maxRequestMemoryBytes < maxFrameBytes) {
            throw new ConfigException(
                    "broker.max_request_memory_bytes = %d is less than broker.max_frame_bytes = %d, so that the largest request could never be read; raise the first or lower the second"
                            .formatted(maxRequestMemoryBytes, maxFrameBytes));
        }
        if (isWildcard(advertisedHost)) {
            throw new ConfigException(
                    "broker.advertised_host = \"%s\" is not an address that a client can connect to; name this machine as its clients see it"
                            .formatted(advertisedHost));
        }
    }

    /** Whether the broker binds every address of this machine, so that {@code host} is none to tell a client. */
    public boolean bindsEveryAddress() {
        return isWildcard(host);
    }

    private static boolean isWildcard(String address) {
        return address.equals("0.0.0.0") || address.equals("::") || address.equals("[::]");
    }
}
