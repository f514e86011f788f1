/**
 * Which topic of the target a record belongs to: rows carry the number of their topic, names and settings are in
 * {@code kafka.topics}. Read on the forwarder's own connection, by the thread that moves records.
 */
@NullMarked
package io.tailrace.forwarder.route;

import org.jspecify.annotations.NullMarked;
