package io.tailrace.e2e.record;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads whole partitions with Kafka's own consumer, without a group. Stateless. */
public final class LogReader {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private LogReader() {}

    /** The same connection for a consumer that reads only what is committed. */
    public static Map<String, Object> committed(Map<String, Object> connection) {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return properties;
    }

    /** A consumer of bytes that stands at no partition yet. */
    public static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> connection) {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Everything from the beginning to the end that stands when this is called.
     *
     * @param connection properties of a Kafka client
     */
    public static Map<TopicPartition, List<StoredRecord>> read(
            Map<String, Object> connection, Collection<TopicPartition> partitions) {
        Map<TopicPartition, List<StoredRecord>> result = new HashMap<>();
        partitions.forEach(partition -> result.put(partition, new ArrayList<>()));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(connection)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadlineNs = System.nanoTime() + LIMIT.toNanos();
            while (!isAt(consumer, ends)) {
                if (System.nanoTime() > deadlineNs) {
                    throw new AssertionError("read until " + positions(consumer, ends) + " within " + LIMIT
                            + ", but the ends are " + ends);
                }
                poll(consumer, result);
            }
        }
        return result;
    }

    /** The offset after the last record of each partition. */
    public static Map<TopicPartition, Long> endOffsets(
            Map<String, Object> connection, Collection<TopicPartition> partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(connection)) {
            return consumer.endOffsets(partitions);
        }
    }

    /** The offset after the last record. */
    public static long endOffset(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).values().iterator().next();
    }

    private static void poll(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, List<StoredRecord>> result) {
        for (var received : consumer.poll(Duration.ofMillis(200))) {
            TopicPartition partition = new TopicPartition(received.topic(), received.partition());
            result.computeIfAbsent(partition, key -> new ArrayList<>())
                    .add(new StoredRecord(received.offset(), LogRecord.of(received)));
        }
    }

    private static boolean isAt(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static Map<TopicPartition, Long> positions(
            KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        ends.keySet().forEach(partition -> positions.put(partition, consumer.position(partition)));
        return positions;
    }
}
