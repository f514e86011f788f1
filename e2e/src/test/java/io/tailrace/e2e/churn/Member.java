package io.tailrace.e2e.churn;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a group: reads, commits what it read, and tells the history. It ends by leaving, or, when it is killed, without a
 * word to the group.
 *
 * <p>Its thread owns the consumer; {@link #leave} and {@link #kill} come from another.
 */
public final class Member implements Runnable {

    private final String name;
    private final Map<String, Object> properties;
    private final String topic;
    private final GroupHistory history;
    private final Queue<Throwable> failures;
    private volatile boolean ended;
    private volatile boolean killed;
    private volatile int generation = -1;

    /**
     * One that does not run yet.
     *
     * @param failures takes what ends it against its will
     */
    public Member(
            String name,
            Map<String, Object> properties,
            String topic,
            GroupHistory history,
            Queue<Throwable> failures) {
        this.name = name;
        this.properties = Map.copyOf(properties);
        this.topic = topic;
        this.history = history;
        this.failures = failures;
    }

    public void leave() {
        ended = true;
    }

    public void kill() {
        killed = true;
        ended = true;
    }

    /** Its generation or member epoch; -1 before the first. */
    public int generation() {
        return generation;
    }

    @Override
    public void run() {
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            consumer.subscribe(List.of(topic), new Listener(consumer));
            while (!ended) {
                step(consumer);
            }
        } catch (KafkaException e) {
            failures.add(e);
        } finally {
            end(consumer);
        }
    }

    private void end(KafkaConsumer<byte[], byte[]> consumer) {
        if (killed) {
            // Before others may have them.
            history.onRevoked(name, Set.copyOf(consumer.assignment()));
            consumer.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP)
                    .withTimeout(Duration.ZERO));
        } else {
            consumer.close(CloseOptions.timeout(Duration.ofSeconds(10)));
        }
    }

    private void step(KafkaConsumer<byte[], byte[]> consumer) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
        generation = consumer.groupMetadata().generationId();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            history.onRead(new TopicPartition(record.topic(), record.partition()), record.offset());
        }
        if (!records.isEmpty() && !killed) {
            commit(consumer, records.nextOffsets());
        }
    }

    private void commit(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, Long> plain = new HashMap<>();
        offsets.forEach((partition, offset) -> plain.put(partition, offset.offset()));
        try {
            consumer.commitSync(offsets, Duration.ofSeconds(30));
            history.onCommitted(name, plain);
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException | WakeupException e) {
            // Whoever has the partitions next reads these records again.
            return;
        }
    }

    /** Called on the member's thread, within poll and close. */
    private final class Listener implements ConsumerRebalanceListener {

        private final KafkaConsumer<byte[], byte[]> consumer;

        Listener(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            history.onAssigned(name, partitions);
            history.onGeneration(name, consumer.groupMetadata().generationId(), Set.copyOf(consumer.assignment()));
            partitions.forEach(partition -> history.onPosition(name, partition, consumer.position(partition)));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            history.onRevoked(name, partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            history.onLost(name, partitions);
        }
    }
}
