package io.tailrace.e2e.transaction;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The consuming half of a worker. Confined to its thread. Owns: the consumer. */
final class Input implements AutoCloseable {

    private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);

    private final KafkaConsumer<byte[], byte[]> consumer;

    Input(Map<String, Object> properties) {
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(WorkerSettings.INPUT));
        long deadlineNs = System.nanoTime() + JOIN_LIMIT.toNanos();
        while (consumer.assignment().isEmpty() && System.nanoTime() < deadlineNs) {
            // A member that does not poll does not come through a rebalance. Records of this poll are polled again.
            consumer.poll(Duration.ofMillis(100));
            rewind();
        }
    }

    /** The next records; none after a while. */
    Iterable<ConsumerRecord<byte[], byte[]>> next() {
        return consumer.poll(Duration.ofMillis(200));
    }

    /** Of all partitions that it has. */
    Map<TopicPartition, OffsetAndMetadata> positions() {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        consumer.assignment()
                .forEach(partition -> positions.put(partition, new OffsetAndMetadata(consumer.position(partition))));
        return positions;
    }

    ConsumerGroupMetadata membership() {
        return consumer.groupMetadata();
    }

    /** After an abort: goes on where the last commit was. */
    void rewind() {
        Set<TopicPartition> assigned = consumer.assignment();
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(assigned);
        for (TopicPartition partition : assigned) {
            OffsetAndMetadata offset = committed.get(partition);
            if (offset == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, offset);
            }
        }
    }

    /** Without a word to its group, as one that was killed. */
    void abandon() {
        consumer.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP)
                .withTimeout(Duration.ZERO));
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
    }
}
