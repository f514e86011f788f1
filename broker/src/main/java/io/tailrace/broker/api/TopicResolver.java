package io.tailrace.broker.api;

import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Finds topics and partitions as requests name them: by name, or by id in the newer versions. Thread-safe. */
public final class TopicResolver {

    private final TopicRegistry registry;
    private final PartitionTable partitions;

    public TopicResolver(TopicRegistry registry, PartitionTable partitions) {
        this.registry = registry;
        this.partitions = partitions;
    }

    /** The topic by its id if the request has one, else by name. */
    public Optional<Topic> topic(String name, Uuid uuid) {
        return uuid.equals(Uuid.ZERO_UUID) ? registry.byName(name) : registry.byUuid(uuid);
    }

    public Optional<Partition> partition(Topic topic, int partition) {
        return partitions.partition(topic, partition);
    }

    /** The error for a topic that is not there. */
    public static Errors unknown(Uuid uuid) {
        return uuid.equals(Uuid.ZERO_UUID) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID;
    }
}
