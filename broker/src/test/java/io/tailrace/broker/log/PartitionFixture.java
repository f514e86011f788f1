package io.tailrace.broker.log;

import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicSettings;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** Partitions for tests outside this package, moved on by hand as an appender does. */
public final class PartitionFixture {

    private PartitionFixture() {}

    public static Partition partition(String topic, long logStartOffset, long highWatermark) {
        Topic of = new Topic(1, Uuid.randomUuid(), topic, 1, TopicSettings.of(Map.of(), Map.of()));
        return new Partition(of, 0, highWatermark, logStartOffset, new RecentMemory(0));
    }

    public static void append(Partition partition, int records, int bytes) {
        partition.onAppended(partition.highWatermark() + records, bytes, Map.of(), List.of());
    }

    public static void delete(Partition partition) {
        partition.onDeleted();
    }
}
