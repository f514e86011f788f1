package io.tailrace.forwarder.reverse;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What a group has committed at the target, as an offset of the log.
 *
 * @param partition by the topic's name here
 */
record ReturningOffset(String group, TopicPartition partition, OffsetAndMetadata offset) {}
