package io.tailrace.forwarder.sink;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads back what is in a partition of the target. Confined to one thread. Owns: the consumer. */
public final class TargetReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final TopicPartition partition;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** Begins at the offset {@code startInc}. */
    public TargetReader(TargetSettings settings, TopicPartition partition, long startInc) {
        this.partition = partition;
        this.consumer = new KafkaConsumer<>(settings.consumer());
        consumer.assign(List.of(partition));
        consumer.seek(partition, startInc);
    }

    /**
     * The next records, in their order; none if the target has no more below {@code endExc} (its own retention or compaction
     * may have removed them).
     *
     * @throws TargetException if the target does not answer
     */
    public List<ConsumerRecord<byte[], byte[]>> next(long endExc) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        try {
            while (consumer.position(partition, LIMIT) < endExc) {
                List<ConsumerRecord<byte[], byte[]>> records =
                        consumer.poll(POLL).records(partition);
                if (!records.isEmpty()) {
                    return records;
                }
                if (System.nanoTime() - deadlineNs >= 0) {
                    throw new TimeoutException("no record came from offset " + consumer.position(partition));
                }
            }
            return List.of();
        } catch (KafkaException failed) {
            throw new TargetException(
                    "what the target has of " + partition + " cannot be read: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }
}
