/**
 * Load, and what its clients see of it. {@code LoadGenerator} runs Kafka's own perf tools and the programs of this package,
 * each in a JVM of its own, and {@code PerfOutput} reads what they print.
 */
@NullMarked
package io.tailrace.cli.bench.load;

import org.jspecify.annotations.NullMarked;
