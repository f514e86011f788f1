package io.tailrace.e2e.mirror;

import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The only member of a consumer group, for as long as it reads.
 *
 * @param group its name
 * @param protocol classic or consumer
 */
public record GroupReader(String group, String protocol) {

    /** What it commits beside the offsets. */
    public static final String METADATA = "read to the end";

    private static final Duration LIMIT = Duration.ofMinutes(1);

    /**
     * Joins, reads everything that is committed from where the group stands to the end, commits and leaves.
     *
     * @param partitions all of the topics to read
     * @param reset where to begin in a partition without a committed offset: earliest, or none to fail there
     */
    public PartitionLogs readToEnd(
            Map<String, Object> connection, Collection<TopicPartition> partitions, String reset) {
        PartitionLogs read = new PartitionLogs();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(connection, reset)) {
            consumer.subscribe(
                    partitions.stream().map(TopicPartition::topic).distinct().toList());
            long deadlineNs = System.nanoTime() + LIMIT.toNanos();
            while (!isAtEnd(consumer, Set.copyOf(partitions))) {
                if (System.nanoTime() > deadlineNs) {
                    throw new AssertionError(group + " did not read " + partitions + " within " + LIMIT);
                }
                consumer.poll(Duration.ofMillis(200))
                        .forEach(received -> read.add(
                                new TopicPartition(received.topic(), received.partition()), LogRecord.of(received)));
            }
            consumer.commitSync(positions(consumer));
        }
        return read;
    }

    private KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> connection, String reset) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.put("group.id", group);
        settings.put("group.protocol", protocol);
        settings.put("auto.offset.reset", reset);
        settings.put("enable.auto.commit", false);
        settings.put("isolation.level", "read_committed");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static boolean isAtEnd(KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        return consumer.assignment().equals(partitions)
                && consumer.endOffsets(partitions).entrySet().stream()
                        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static Map<TopicPartition, OffsetAndMetadata> positions(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.assignment().stream()
                .collect(Collectors.toMap(
                        partition -> partition,
                        partition -> new OffsetAndMetadata(consumer.position(partition), Optional.empty(), METADATA)));
    }
}
