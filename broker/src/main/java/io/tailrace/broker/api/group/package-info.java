/**
 * Consumer groups: what Kafka's coordinator leaves to its surroundings, such as topics that are not there, and names for
 * topic ids.
 */
@NullMarked
package io.tailrace.broker.api.group;

import org.jspecify.annotations.NullMarked;
