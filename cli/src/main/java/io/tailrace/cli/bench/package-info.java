/**
 * {@code tailrace bench}: the same load on the broker and on an Apache Kafka, in turns, on this machine.
 *
 * <p>{@link io.tailrace.cli.bench.BenchCommand} goes through the rounds; {@code BenchServers} starts the two contenders;
 * {@code LoadGenerator} runs Kafka's own perf tools as child processes and reads the numbers that they print;
 * {@code Results} takes the medians. {@code CleaningBench} and {@code ShadowBench} measure what cleaning and forwarding cost,
 * and {@code ShadowBench} how far the target is behind.
 */
@NullMarked
package io.tailrace.cli.bench;

import org.jspecify.annotations.NullMarked;
