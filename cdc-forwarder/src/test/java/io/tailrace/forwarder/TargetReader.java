package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a partition of the target from its beginning. Confined to the test's thread. */
final class TargetReader implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;

    TargetReader(Map<String, Object> connection) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.put("allow.auto.create.topics", "false");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Everything that is there now. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic, int partition) {
        TopicPartition source = new TopicPartition(topic, partition);
        consumer.assign(List.of(source));
        consumer.seekToBeginning(List.of(source));
        long end = consumer.endOffsets(List.of(source)).getOrDefault(source, 0L);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (consumer.position(source) < end) {
            consumer.poll(Duration.ofMillis(200)).records(source).forEach(records::add);
        }
        return records;
    }

    /** How many partitions a topic has; 0 if there is no such topic yet. */
    int partitions(String topic) {
        return consumer.listTopics().getOrDefault(topic, List.of()).size();
    }

    /** The end of a partition; 0 if there is no such topic yet. */
    long end(String topic, int partition) {
        if (!consumer.listTopics().containsKey(topic)) {
            return 0;
        }
        TopicPartition source = new TopicPartition(topic, partition);
        return consumer.endOffsets(List.of(source)).getOrDefault(source, 0L);
    }

    /** The source offsets (see {@link SourceLog}) in the order in which they arrived. */
    List<Long> offsets(String topic, int partition) {
        return read(topic, partition).stream()
                .map(record -> Long.parseLong(new String(record.value(), StandardCharsets.US_ASCII)))
                .toList();
    }

    /** Exactly 0, 1, … count − 1. */
    void assertExactly(String topic, int partition, int count) {
        List<Long> offsets = offsets(topic, partition);
        for (int i = 0; i < Math.min(count, offsets.size()); i++) {
            assertThat(offsets.get(i))
                    .as("record %d of %s-%d", i, topic, partition)
                    .isEqualTo(i);
        }
        assertThat(offsets).as("%s-%d", topic, partition).hasSize(count);
    }

    /** 0, 1, … count − 1, where the stream may step back and repeat what was, but never jumps. @return the repeats */
    int assertAtLeastOnce(String topic, int partition, int count) {
        List<Long> offsets = offsets(topic, partition);
        long next = 0;
        long last = -1;
        for (long offset : offsets) {
            assertThat(offset).as("%s-%d after %d", topic, partition, last).isLessThanOrEqualTo(last + 1);
            last = offset;
            next = Math.max(next, offset + 1);
        }
        assertThat(next).as("%s-%d: records", topic, partition).isEqualTo(count);
        assertThat(last).as("%s-%d: the last one", topic, partition).isEqualTo(count - 1);
        return offsets.size() - count;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
