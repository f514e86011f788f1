/** Real clients: Kafka's Java client under load, and kcat. */
@NullMarked
package io.tailrace.e2e.client;

import org.jspecify.annotations.NullMarked;
