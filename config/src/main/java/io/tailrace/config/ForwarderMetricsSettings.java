package io.tailrace.config;

/** Section {@code [metrics]} of the forwarder: where a monitoring system finds its metrics and its health. */
public record ForwarderMetricsSettings(
        @Setting(value = "The address that serves metrics. Whoever reaches it may read them.", byDefault = "127.0.0.1")
                String host,
        @Setting(
                        value =
                                "The port that serves metrics to Prometheus, at http://host:port/metrics, and answers the probes /ready and /live. 0: they are not served.",
                        byDefault = "0",
                        min = "0",
                        max = "65535")
                int port) {}
