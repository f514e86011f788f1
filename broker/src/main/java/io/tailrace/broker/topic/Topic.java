package io.tailrace.broker.topic;

import org.apache.kafka.common.Uuid;

/**
 * A topic. Immutable.
 *
 * @param id the number by which Postgres knows it: {@code kafka.topics.id}
 * @param uuid the id by which clients know it; a topic made again under the same name has another one
 */
public record Topic(int id, Uuid uuid, String name, int partitions, TopicSettings settings) {

    /** The table that holds its records. The id is a number, so the name needs no quoting. */
    public String leaf() {
        return leaf(id);
    }

    Topic with(int newPartitions) {
        return new Topic(id, uuid, name, newPartitions, settings);
    }

    Topic with(TopicSettings newSettings) {
        return new Topic(id, uuid, name, partitions, newSettings);
    }

    public boolean hasPartition(int partition) {
        return partition >= 0 && partition < partitions;
    }

    /** The table that holds the records of a topic: of one that may be deleted by now, too. */
    public static String leaf(int id) {
        return "kafka.messages_" + id;
    }
}
