/**
 * {@code tailrace bench}: the same load on the broker and on an Apache Kafka, in turns, on this machine.
 *
 * <p>{@link io.tailrace.cli.bench.BenchCommand} reads the options and runs one {@code Measurement}; each of them is a class
 * here, named after what it measures. {@code servers} starts who is measured, {@code load} makes the load and sees how long
 * it takes, {@code report} takes the medians and prints them.
 */
@NullMarked
package io.tailrace.cli.bench;

import org.jspecify.annotations.NullMarked;
