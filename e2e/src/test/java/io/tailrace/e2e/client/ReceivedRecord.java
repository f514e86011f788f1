package io.tailrace.e2e.client;

import io.tailrace.e2e.record.LogRecord;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** A record as a consumer got it. Immutable. */
public record ReceivedRecord(TopicPartition partition, long offset, LogRecord content) {

    /** Its value as text. */
    public String text() {
        return text(content.value());
    }

    public String keyText() {
        return text(content.key());
    }

    private static String text(@Nullable Bytes bytes) {
        return bytes == null ? "null" : new String(bytes.get(), StandardCharsets.UTF_8);
    }
}
