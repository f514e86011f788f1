/**
 * The servers that are measured: {@code BenchServers} starts them, {@code BenchTopics} makes their topics, {@code Subject}
 * says what is compared, and the rest reads what a server has come to: rows, bytes, arrivals at the forwarder's target.
 */
@NullMarked
package io.tailrace.cli.bench.servers;

import org.jspecify.annotations.NullMarked;
