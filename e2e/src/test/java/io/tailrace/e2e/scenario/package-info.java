/**
 * What applications do with a Kafka, played with each client that can: the scenarios of docs/scenarios.md. All classes share one
 * broker; every test has topics and groups of its own.
 */
@NullMarked
package io.tailrace.e2e.scenario;

import org.jspecify.annotations.NullMarked;
