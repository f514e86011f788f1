package io.tailrace.e2e.client;

import io.tailrace.e2e.record.HeaderField;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A record to send. Immutable.
 *
 * @param partition null: the client's partitioner chooses
 * @param timestamp null: the client's clock
 */
public record Message(
        String topic,
        @Nullable Integer partition,
        @Nullable Long timestamp,
        @Nullable Bytes key,
        @Nullable Bytes value,
        List<HeaderField> headers) {

    public Message {
        headers = List.copyOf(headers);
    }

    public static Message to(String topic, @Nullable String key, @Nullable String value) {
        return new Message(topic, null, null, bytes(key), bytes(value), List.of());
    }

    public static Message to(TopicPartition partition, @Nullable String key, @Nullable String value) {
        return to(partition.topic(), key, value).in(partition.partition());
    }

    public static Message to(TopicPartition partition, @Nullable String value) {
        return to(partition, null, value);
    }

    public Message in(int newPartition) {
        return new Message(topic, newPartition, timestamp, key, value, headers);
    }

    public Message at(long newTimestamp) {
        return new Message(topic, partition, newTimestamp, key, value, headers);
    }

    public Message with(List<HeaderField> newHeaders) {
        return new Message(topic, partition, timestamp, key, value, newHeaders);
    }

    public Message with(@Nullable Bytes newKey, @Nullable Bytes newValue) {
        return new Message(topic, partition, timestamp, newKey, newValue, headers);
    }

    public static @Nullable Bytes bytes(@Nullable String text) {
        return text == null ? null : Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
