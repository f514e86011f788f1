package io.tailrace.e2e.client;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * A Kafka client of some language against one broker. Everything waits for its answer, and fails with
 * {@link ClientException}. Confined to one thread, but for producers and consumers, which may have one each.
 * Owns: the producers and consumers that it opened.
 */
public interface ScenarioClient extends AutoCloseable {

    ClientKind kind();

    void createTopic(String name, int partitions, Map<String, String> config);

    void deleteTopic(String name);

    void createPartitions(String topic, int total);

    Set<String> topics();

    int partitionCount(String topic);

    /** All settings in effect. */
    Map<String, String> topicConfig(String topic);

    /** KafkaJS sets everything else back to its default ({@link Capability#INCREMENTAL_CONFIGS}). */
    void alterTopicConfig(String topic, Map<String, String> config);

    /**
     * Deletes what comes before.
     *
     * @return the first offset that is left
     */
    long deleteRecords(TopicPartition partition, long before);

    Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetQuery query);

    Set<String> groups();

    GroupView group(String group);

    void deleteGroup(String group);

    /** Only of partitions that have one. */
    Map<TopicPartition, CommittedOffset> committed(String group, Collection<TopicPartition> partitions);

    /** Commits without being a member; the group must have none. */
    void alterOffsets(String group, Map<TopicPartition, CommittedOffset> offsets);

    ScenarioProducer producer(ProducerSettings settings);

    ScenarioConsumer consumer(ConsumerSettings settings);

    /** Ends it without a word to the broker; only for one that was started alone. */
    void kill();

    /** Closes whatever it has opened and is still open. */
    @Override
    void close();

    default long offset(TopicPartition partition, OffsetQuery query) {
        return offsets(List.of(partition), query).getOrDefault(partition, -1L);
    }
}
