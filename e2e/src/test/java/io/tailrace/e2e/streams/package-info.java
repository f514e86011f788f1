/**
 * A Kafka Streams application and how its result is judged: {@link io.tailrace.e2e.streams.Sentences} produces what
 * {@link io.tailrace.e2e.streams.WordCountApp} counts in a JVM of its own, and {@link io.tailrace.e2e.streams.WordCountCheck}
 * compares.
 */
@NullMarked
package io.tailrace.e2e.streams;

import org.jspecify.annotations.NullMarked;
