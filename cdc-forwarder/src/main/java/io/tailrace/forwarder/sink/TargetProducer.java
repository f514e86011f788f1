package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.checkpoint.Delivery;
import io.tailrace.forwarder.decode.LogRow;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedForMessageFormatException;

/**
 * Sends records as they are: partition, timestamp, key, value and headers untouched. The producer is idempotent and
 * retries for ever, so what it reports as failed has failed for good. Confined to the thread that moves records.
 * Owns: the producer and its network thread.
 */
public final class TargetProducer implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    /** What Kafka takes for no timestamp at all. */
    private static final long NO_TIMESTAMP = -1;

    private final KafkaProducer<byte[], byte[]> producer;

    public TargetProducer(TargetSettings settings) {
        producer = new KafkaProducer<>(settings.producer());
    }

    /**
     * Hands a record to the producer. Blocks while the producer has no memory left, or no metadata of the topic, for its
     * {@code max.block.ms}.
     *
     * @return false if the producer took nothing, and the same record must be offered again
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the delivery is told how it ended
    public boolean send(String topic, LogRow row, Delivery delivery) {
        if (row.timestampMs() < NO_TIMESTAMP) {
            delivery.onCompletion(
                    null, new InvalidTimestampException("timestamp " + row.timestampMs() + " is negative"));
            return true;
        }
        producer.send(record(topic, row), delivery);
        return !delivery.isUntaken();
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, LogRow row) {
        return row.timestampMs() == NO_TIMESTAMP
                ? new UntimedRecord(topic, row)
                : new ProducerRecord<>(
                        topic, row.partition(), row.timestampMs(), row.key(), row.value(), row.headers());
    }

    /** A record without a timestamp. Kafka keeps such records, but its producer would put in the time of the day. */
    private static final class UntimedRecord extends ProducerRecord<byte[], byte[]> {
        UntimedRecord(String topic, LogRow row) {
            super(topic, row.partition(), 0L, row.key(), row.value(), row.headers());
        }

        @Override
        public Long timestamp() {
            return NO_TIMESTAMP;
        }
    }

    /** Whether the target refused this one record (or its topic), so that others may still pass. */
    public static boolean concernsRecordOnly(Exception error) {
        return error instanceof RecordTooLargeException
                || error instanceof RecordBatchTooLargeException
                || error instanceof InvalidRecordException
                || error instanceof InvalidTimestampException
                || error instanceof UnsupportedForMessageFormatException
                || error instanceof InvalidTopicException
                || error instanceof PolicyViolationException
                || error instanceof TopicAuthorizationException
                || error instanceof UnknownTopicOrPartitionException;
    }

    /** Gives up what is still on its way. */
    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}
