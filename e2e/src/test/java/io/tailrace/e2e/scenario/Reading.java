package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.record.LogReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** What a partition holds, as Kafka's own consumer reads it. Stateless. */
final class Reading {

    private Reading() {}

    /** From the first offset to the end. */
    static List<ReceivedRecord> all(SharedBroker broker, TopicPartition partition) {
        return all(broker.connection(), partition);
    }

    /** The same, but only what is committed, up to the first open transaction. */
    static List<ReceivedRecord> committed(SharedBroker broker, TopicPartition partition) {
        Map<String, Object> connection = new HashMap<>(broker.connection());
        connection.put("isolation.level", "read_committed");
        return all(connection, partition);
    }

    private static List<ReceivedRecord> all(Map<String, Object> connection, TopicPartition partition) {
        return LogReader.read(connection, List.of(partition)).getOrDefault(partition, List.of()).stream()
                .map(stored -> new ReceivedRecord(partition, stored.offset(), stored.content()))
                .toList();
    }

    /** A client gave back what was sent. */
    static void assertSame(Message sent, ReceivedRecord received) {
        assertThat(received.content().key()).isEqualTo(sent.key());
        assertThat(received.content().value()).isEqualTo(sent.value());
        assertThat(received.content().headers()).isEqualTo(sent.headers());
        assertThat(received.content().timestamp()).isEqualTo(sent.timestamp());
    }
}
