/**
 * Real clients. {@link io.tailrace.e2e.client.ScenarioClient} is what the scenarios see of each, whatever its language: Kafka's
 * own in this JVM ({@code Java…}), or a driver script in {@code src/test/clients} that takes commands ({@code Script…}), with a
 * library that {@link io.tailrace.e2e.client.ClientSetup} installs. Besides: the Java client under load, and kcat.
 */
@NullMarked
package io.tailrace.e2e.client;

import org.jspecify.annotations.NullMarked;
