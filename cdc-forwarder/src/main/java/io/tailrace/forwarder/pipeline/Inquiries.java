package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.sink.TargetTopic;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;

/** Questions to the target, which are answered later. */
interface Inquiries extends AutoCloseable {

    /** Whether the last question was left without an answer. */
    boolean isAway();

    /** The names of all topics there, or nothing if the target does not answer. */
    Future<Optional<Set<String>>> names();

    /** Makes the topic what it is to be, and looks up where these partitions of it end. */
    Future<Preparation> prepare(TargetTopic topic, Collection<TopicPartition> unknown);

    @Override
    void close();
}
