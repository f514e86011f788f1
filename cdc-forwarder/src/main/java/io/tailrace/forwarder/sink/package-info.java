/**
 * The target: {@link io.tailrace.forwarder.sink.TargetSettings} turns the configuration into settings of Kafka's
 * clients, {@link io.tailrace.forwarder.sink.TargetTopics} makes and checks topics,
 * {@link io.tailrace.forwarder.sink.TargetProducer} sends. All of it is called by the thread that moves records;
 * acknowledgements come back on the producer's own network thread.
 */
@NullMarked
package io.tailrace.forwarder.sink;

import org.jspecify.annotations.NullMarked;
