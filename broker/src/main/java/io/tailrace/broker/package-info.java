/**
 * The broker: Kafka's wire protocol on one side, Postgres on the other, and nothing else.
 *
 * <p>A request's path is the order of the packages: {@code net} (Netty) → {@code protocol} (frames and messages) → {@code
 * api} (one handler for each API key) → {@code log}, {@code topic} → {@code sql} (Postgres). {@link
 * io.tailrace.broker.Broker} puts them together.
 */
@NullMarked
package io.tailrace.broker;

import org.jspecify.annotations.NullMarked;
