package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import io.tailrace.cli.bench.load.Acknowledgements;
import io.tailrace.cli.bench.load.Percentiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A topic of the target, made before the forwarder would make it, in which each record has the time at which the target
 * appended it. Confined to one thread.
 */
public final class TargetTopic {

    private static final Duration ARRIVAL_LIMIT = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrapServers;
    private final String topic;

    private TargetTopic(String bootstrapServers, String topic) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
    }

    public static TargetTopic create(BenchServers servers, String topic) {
        String bootstrapServers = servers.bootstrapServers(Subject.KAFKA);
        BenchTopics.create(
                bootstrapServers, topic, BenchTopics.PARTITIONS, Map.of("message.timestamp.type", "LogAppendTime"));
        return new TargetTopic(bootstrapServers, topic);
    }

    public void delete() {
        BenchTopics.delete(bootstrapServers, topic);
    }

    /** Waits until so many records have arrived. */
    public void await(long records) {
        // At least a thousand a second.
        long deadlineNs = System.nanoTime() + ARRIVAL_LIMIT.plusMillis(records).toNanos();
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions();
            while (consumer.endOffsets(partitions).values().stream()
                            .mapToLong(end -> end)
                            .sum()
                    < records) {
                checkTime(deadlineNs);
                Thread.sleep(POLL.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }

    /**
     * From each record's acknowledgement to its append here. The target's clock has milliseconds, so a record that is here in
     * the millisecond of its acknowledgement counts as 0.
     */
    public Percentiles lag(Acknowledgements acknowledged) {
        Map<TopicPartition, Map<Long, Long>> appendedMs = appended(acknowledged.size());
        long[] lagUs = new long[acknowledged.size()];
        for (int index = 0; index < lagUs.length; index++) {
            TopicPartition partition = new TopicPartition(topic, acknowledged.partition(index));
            Long appended = appendedMs.getOrDefault(partition, Map.of()).get(acknowledged.offset(index));
            if (appended == null) {
                throw new UserError(
                        "record " + acknowledged.offset(index) + " of " + partition + " is not on the target");
            }
            lagUs[index] = Math.max(0, appended * 1000 - acknowledged.acknowledgedUs(index));
        }
        return Percentiles.ofMicros(lagUs);
    }

    /** From the first to the last append to any of them, in milliseconds; at least one. */
    public static long arrivalMs(List<TargetTopic> topics) {
        LongSummaryStatistics appended = new LongSummaryStatistics();
        topics.forEach(topic -> topic.addEnds(appended));
        return Math.max(1, appended.getMax() - appended.getMin());
    }

    /** Adds when the first and the last record of each partition were appended. */
    private void addEnds(LongSummaryStatistics appended) {
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            for (Map.Entry<TopicPartition, Long> end :
                    consumer.endOffsets(partitions()).entrySet()) {
                if (end.getValue() > 0) {
                    appended.accept(appendedMs(consumer, end.getKey(), 0));
                    appended.accept(appendedMs(consumer, end.getKey(), end.getValue() - 1));
                }
            }
        }
    }

    private long appendedMs(Consumer<byte[], byte[]> consumer, TopicPartition partition, long offset) {
        long deadlineNs = System.nanoTime() + ARRIVAL_LIMIT.toNanos();
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        while (true) {
            checkTime(deadlineNs);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                return record.timestamp();
            }
        }
    }

    private Map<TopicPartition, Map<Long, Long>> appended(int records) {
        Map<TopicPartition, Map<Long, Long>> appendedMs = new HashMap<>();
        long deadlineNs = System.nanoTime() + ARRIVAL_LIMIT.toNanos();
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = partitions();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            for (int read = 0; read < records; ) {
                checkTime(deadlineNs);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    appendedMs
                            .computeIfAbsent(
                                    new TopicPartition(record.topic(), record.partition()), unused -> new HashMap<>())
                            .put(record.offset(), record.timestamp());
                    read++;
                }
            }
        }
        return appendedMs;
    }

    private void checkTime(long deadlineNs) {
        if (System.nanoTime() > deadlineNs) {
            throw new UserError("the records of " + topic + " did not arrive on the target in time");
        }
    }

    private List<TopicPartition> partitions() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < BenchTopics.PARTITIONS; partition++) {
            partitions.add(new TopicPartition(topic, partition));
        }
        return partitions;
    }

    private Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
