/**
 * One class for each API key: a handler takes a parsed request and answers with Kafka's own response. It decides; it
 * knows neither Netty nor SQL. Handlers are called on event loops, so what may block goes to an executor.
 *
 * <p>Here is what concerns the cluster as a whole, and {@link io.tailrace.broker.api.ApiTable}, which finds the handler of
 * a request; beside it a package for each area, whose class {@code XApis} gives its handlers.
 */
@NullMarked
package io.tailrace.broker.api;

import org.jspecify.annotations.NullMarked;
