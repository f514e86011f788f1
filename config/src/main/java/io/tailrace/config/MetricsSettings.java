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
                int port,
        @Setting(
                        value =
                                "Whether clients may push metrics of their own (KIP-714), which appear among the broker's. Which clients push what and how often, the client metrics subscriptions say (kafka-client-metrics.sh); without one, none. Needs metrics.port.",
                        byDefault = "true")
                boolean clientTelemetry,
        @Setting(
                        value =
                                "The most bytes that a client may push at once, and without compression four times as many. Kafka's telemetry.max.bytes.",
                        byDefault = "1MiB",
                        min = "1KiB",
                        max = "16MiB")
                int clientTelemetryMaxBytes,
        @Setting(
                        value =
                                "The most series that all clients together may push; one client may have a tenth of it. What is above is left out and counted.",
                        byDefault = "10000",
                        min = "10",
                        max = "1000000")
                int clientTelemetryMaxSeries) {}
