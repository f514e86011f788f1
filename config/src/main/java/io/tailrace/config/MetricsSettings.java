package io.tailrace.config;

/** Section {@code [metrics]}: where a monitoring system finds the broker's metrics. */
public record MetricsSettings(
        @Setting(value = "The address that serves metrics. Whoever reaches it may read them.", byDefault = "127.0.0.1")
                String host,
        @Setting(
                        value =
                                "The port that serves metrics to Prometheus, at http://host:port/metrics. 0: they are not served.",
                        byDefault = "0",
                        min = "0",
                        max = "65535")
                int port) {}
