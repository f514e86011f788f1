/**
 * The target: {@link io.tailrace.forwarder.sink.TargetSettings} turns the configuration into settings of Kafka's
 * clients, {@link io.tailrace.forwarder.sink.TargetTopics} makes and checks topics,
 * {@link io.tailrace.forwarder.sink.TargetWriter} sends, {@link io.tailrace.forwarder.sink.TargetReader} reads back. The
 * writer is called by the thread that moves records, and its acknowledgements come back on its own network thread; topics
 * are asked for on a thread of their own.
 *
 * <p>The writer is a producer of our own, because it must go on as the same producer after its process has died: {@link
 * io.tailrace.forwarder.sink.ProducerIdentity} and {@link io.tailrace.forwarder.sink.PartitionBatches} say how. The wire is
 * Kafka's own client ({@link io.tailrace.forwarder.sink.TargetNetwork}).
 */
@NullMarked
package io.tailrace.forwarder.sink;

import org.jspecify.annotations.NullMarked;
