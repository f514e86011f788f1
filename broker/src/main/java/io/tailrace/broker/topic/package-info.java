/**
 * Topics: what exists, under which name, id and configuration.
 *
 * <p>{@link io.tailrace.broker.topic.TopicRegistry} answers from memory, on any thread. {@link
 * io.tailrace.broker.topic.TopicService} makes and deletes topics, {@link
 * io.tailrace.broker.topic.TopicChanges} changes them, both on one executor; {@link io.tailrace.broker.topic.TopicStore} is
 * their SQL, and {@link io.tailrace.broker.topic.TopicDirectory} lets memory follow it.
 */
@NullMarked
package io.tailrace.broker.topic;

import org.jspecify.annotations.NullMarked;
