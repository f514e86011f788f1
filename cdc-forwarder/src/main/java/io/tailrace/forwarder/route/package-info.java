/**
 * Which topic of the target a record belongs to, if any: rows carry the number of their topic, names and settings are in
 * {@code kafka.topics}, what people want of them in {@code kafka.topic_shadow_config}. {@link
 * io.tailrace.forwarder.route.TopicStore} reads both, {@link io.tailrace.forwarder.route.TopicRules} decides, a {@link
 * io.tailrace.forwarder.route.Route} is what comes of it. Read on the forwarder's own connection, by the thread that moves
 * records.
 */
@NullMarked
package io.tailrace.forwarder.route;

import org.jspecify.annotations.NullMarked;
