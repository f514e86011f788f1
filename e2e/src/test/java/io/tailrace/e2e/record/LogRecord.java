package io.tailrace.e2e.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Everything of a record that must arrive as it was sent; its partition and place are its position in a list. Immutable. */
public record LogRecord(@Nullable Bytes key, @Nullable Bytes value, List<HeaderField> headers, long timestamp) {

    public LogRecord {
        headers = List.copyOf(headers);
    }

    /** A record to send; must have a timestamp. */
    public static LogRecord of(ProducerRecord<byte[], byte[]> sent) {
        return new LogRecord(wrap(sent.key()), wrap(sent.value()), fields(sent.headers()), sent.timestamp());
    }

    public static LogRecord of(ConsumerRecord<byte[], byte[]> received) {
        return new LogRecord(
                wrap(received.key()), wrap(received.value()), fields(received.headers()), received.timestamp());
    }

    public LogRecord withTimestamp(long newTimestamp) {
        return new LogRecord(key, value, headers, newTimestamp);
    }

    private static List<HeaderField> fields(Headers headers) {
        List<HeaderField> fields = new ArrayList<>();
        for (Header header : headers) {
            fields.add(new HeaderField(header.key(), wrap(header.value())));
        }
        return fields;
    }

    private static @Nullable Bytes wrap(byte @Nullable [] bytes) {
        return bytes == null ? null : Bytes.wrap(bytes);
    }

    /** Short: sizes and hashes instead of long contents. */
    @Override
    public String toString() {
        return "{t=" + timestamp + " key=" + digest(key) + " value=" + digest(value) + " headers="
                + headers.stream()
                        .map(field -> field.key() + "=" + digest(field.value()))
                        .toList()
                + "}";
    }

    private static String digest(@Nullable Bytes bytes) {
        if (bytes == null) {
            return "null";
        }
        int length = bytes.get().length;
        return length <= 12 ? Arrays.toString(bytes.get()) : length + "B#" + Integer.toHexString(bytes.hashCode());
    }
}
