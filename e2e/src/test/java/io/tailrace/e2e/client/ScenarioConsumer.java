package io.tailrace.e2e.client;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer of a {@link ScenarioClient}. From the moment it knows what to read it polls on a thread of its own, as an
 * application does, and keeps what it received until it is taken.
 */
public interface ScenarioConsumer extends AutoCloseable {

    /** Reads these partitions from these offsets. */
    void assign(Map<TopicPartition, Long> offsets);

    void subscribe(Collection<String> topics);

    /**
     * Waits until there are so many records, or the time is over.
     *
     * @return at most so many, in the order of arrival
     */
    List<ReceivedRecord> take(int count, Duration limit);

    /** What the group has given it; empty while it rebalances. */
    Set<TopicPartition> assignment();

    /** Also forgets what was received and not yet taken. */
    void seek(TopicPartition partition, long offset);

    /** The offset of the record that it polls next. */
    long position(TopicPartition partition);

    void commit(Map<TopicPartition, CommittedOffset> offsets);

    /** Only of partitions that have one. */
    Map<TopicPartition, CommittedOffset> committed(Collection<TopicPartition> partitions);

    /** Leaves the group. */
    @Override
    void close();
}
