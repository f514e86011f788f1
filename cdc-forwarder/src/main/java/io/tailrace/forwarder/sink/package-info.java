/**
 * The target: {@link io.tailrace.forwarder.sink.TargetSettings} turns the configuration into settings of Kafka's
 * clients, {@link io.tailrace.forwarder.sink.TargetTopics} makes and checks topics,
 * {@link io.tailrace.forwarder.sink.TargetProducer} sends. The producer is called by the thread that moves records, and its
 * acknowledgements come back on its own network thread; topics are asked for on a thread of their own, but for the start.
 */
@NullMarked
package io.tailrace.forwarder.sink;

import org.jspecify.annotations.NullMarked;
