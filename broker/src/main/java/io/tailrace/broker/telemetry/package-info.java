/**
 * Client telemetry (KIP-714): clients push their own metrics to the broker, which shows them beside its own.
 *
 * <p>{@link io.tailrace.broker.telemetry.ClientTelemetry} answers GetTelemetrySubscriptions and PushTelemetry with Apache
 * Kafka's own {@code ClientMetricsManager}, on one thread. What a client pushes goes through {@link
 * io.tailrace.broker.telemetry.PayloadReader}, which takes the compression off up to a bound, and {@link
 * io.tailrace.broker.telemetry.SampleReader}, which makes samples of OTLP, into {@link
 * io.tailrace.broker.telemetry.PushedMetrics}, where Prometheus finds them. Everything that a client can make grow has a bound:
 * bytes of a push, instances of a connection, series of a client and of all.
 */
@NullMarked
package io.tailrace.broker.telemetry;

import org.jspecify.annotations.NullMarked;
