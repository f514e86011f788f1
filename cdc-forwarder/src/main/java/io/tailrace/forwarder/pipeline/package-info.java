/**
 * From a row to acknowledged records: {@link io.tailrace.forwarder.pipeline.Pipeline} is entered by one thread at a time, and
 * {@link io.tailrace.forwarder.pipeline.StreamFeed} decides for each record whether it is sent, skipped because it already
 * was, or shows a gap that the table must fill.
 * {@link io.tailrace.forwarder.pipeline.Flows} knows the topics, and takes over what is wanted of them while it runs; what
 * the stream does not bring in time comes from {@link io.tailrace.forwarder.pipeline.TableFeed}.
 *
 * <p>A target that is away stops nothing here. {@link io.tailrace.forwarder.pipeline.Sender} keeps its writer, which
 * sends what it has taken again by itself and which the target recognises; it offers the next record until it is taken.
 * {@link io.tailrace.forwarder.pipeline.TopicOpener} asks for topics on another thread; those that are new wait for the
 * answer, and for longer than it takes a target that is there their partitions are held, and read from the table later.
 *
 * <p>What is to be sent once more on request ({@link io.tailrace.forwarder.pipeline.RepeatRequests}) goes between the rest, in
 * pieces that have the partition for themselves ({@link io.tailrace.forwarder.pipeline.Repeats}).
 */
@NullMarked
package io.tailrace.forwarder.pipeline;

import org.jspecify.annotations.NullMarked;
