/**
 * Topics: what exists, under which name, id and configuration.
 *
 * <p>{@link io.tailrace.broker.topic.TopicRegistry} answers from memory, on any thread. {@link
 * io.tailrace.broker.topic.TopicService} changes topics, on its own executor; {@link
 * io.tailrace.broker.topic.TopicStore} is its SQL.
 */
@NullMarked
package io.tailrace.broker.topic;

import org.jspecify.annotations.NullMarked;
