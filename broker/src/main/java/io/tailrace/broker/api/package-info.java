/**
 * One class for each API key: a handler takes a parsed request and answers with Kafka's own response. It decides; it
 * knows neither Netty nor SQL. {@link io.tailrace.broker.api.ApiTable} says which keys and versions are served and finds
 * the handler. Handlers are called on event loops, so what may block goes to an executor.
 */
@NullMarked
package io.tailrace.broker.api;

import org.jspecify.annotations.NullMarked;
