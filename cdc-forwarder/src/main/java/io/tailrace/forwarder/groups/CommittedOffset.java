package io.tailrace.forwarder.groups;

import io.tailrace.forwarder.offsets.SourceOffset;
import org.apache.kafka.common.TopicPartition;

/**
 * What a group has committed here.
 *
 * @param targetTopic the name of the topic on the target
 * @param offset not below the start of the log, where the group would read on anyway
 * @param moved whether the group's consumers are at the target now
 */
record CommittedOffset(GroupPartition of, String targetTopic, long offset, String metadata, boolean moved) {

    String group() {
        return of.group();
    }

    SourceOffset source() {
        return new SourceOffset(of.topicId(), of.partition(), offset);
    }

    TopicPartition target() {
        return new TopicPartition(targetTopic, of.partition());
    }
}
