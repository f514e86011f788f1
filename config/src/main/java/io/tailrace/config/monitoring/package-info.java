/**
 * What both programs show to a monitoring system over HTTP: {@link io.tailrace.config.monitoring.MonitoringServer} listens where
 * the section {@code [metrics]} says, and answers with a {@link io.tailrace.config.monitoring.Page} for each path.
 */
@NullMarked
package io.tailrace.config.monitoring;

import org.jspecify.annotations.NullMarked;
