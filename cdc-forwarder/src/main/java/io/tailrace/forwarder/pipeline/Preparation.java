package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.sink.Followed;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** What came of making a topic of the target ready. */
sealed interface Preparation {

    /**
     * Records can be sent.
     *
     * @param ends where the partitions that were asked for end on the target
     * @param settings how far the topic's settings have followed
     */
    record Ready(Map<TopicPartition, Long> ends, Followed settings) implements Preparation {
        public Ready {
            ends = Map.copyOf(ends);
        }
    }

    /** The target's topic cannot take the records as it is. */
    record Unfit(String reason) implements Preparation {}

    /** The target did not answer. */
    record Away() implements Preparation {}
}
