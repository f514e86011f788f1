/**
 * What can be measured from outside, in Prometheus's text format.
 *
 * <p>{@link io.tailrace.broker.metrics.BrokerMetrics} holds the numbers; {@link io.tailrace.broker.metrics.MeteredDispatcher}
 * counts requests on their way to the handlers; {@link io.tailrace.broker.metrics.BrokerState} asks the other parts how they
 * are; {@link io.tailrace.config.monitoring.MonitoringServer} answers HTTP. Labels come
 * from fixed lists (API names, error names), so no client can make them grow; what clients push of their own ({@link
 * io.tailrace.broker.telemetry}) has a bound of its own.
 */
@NullMarked
package io.tailrace.broker.metrics;

import org.jspecify.annotations.NullMarked;
