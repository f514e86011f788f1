package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.record.LogComparison;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.StoredRecord;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Waits for records at the target and compares. Stateless. */
final class Arrival {

    private Arrival() {}

    /** Waits until each partition ends with the last record sent, however many repetitions lie before it. */
    static void awaitLast(Map<String, Object> target, PartitionLogs sent, Duration limit) {
        try (KafkaConsumer<byte[], byte[]> consumer = LogReader.consumer(target)) {
            for (TopicPartition partition : sent.partitions()) {
                List<LogRecord> records = sent.of(partition);
                LogRecord last = records.get(records.size() - 1);
                await("the last of " + records.size() + " records of " + partition)
                        .atMost(limit)
                        .pollInterval(Duration.ofMillis(100))
                        .ignoreExceptions()
                        .until(() -> last.equals(lastOf(consumer, partition)));
            }
        }
    }

    /** Waits until the target has the topics, which the forwarder makes. */
    static void awaitTopics(Map<String, Object> target, Collection<String> topics) {
        try (Admin admin = Admin.create(target)) {
            await("topics " + topics)
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> admin.listTopics().names().get().containsAll(topics));
        }
    }

    static LogComparison compare(Map<String, Object> connection, PartitionLogs sent) {
        return LogComparison.of(sent, LogReader.read(connection, sent.partitions()));
    }

    /** Everything there once, in order, and the offsets without a hole. */
    static void assertIdentical(Map<String, Object> connection, PartitionLogs sent) {
        Map<TopicPartition, List<StoredRecord>> stored = LogReader.read(connection, sent.partitions());
        LogComparison comparison = LogComparison.of(sent, stored);
        assertThat(comparison.isIdentical()).as(comparison.toString()).isTrue();
        stored.forEach(Arrival::assertDense);
    }

    private static void assertDense(TopicPartition partition, List<StoredRecord> stored) {
        for (int i = 0; i < stored.size(); i++) {
            assertThat(stored.get(i).offset()).as("offset in %s", partition).isEqualTo(i);
        }
    }

    private static LogRecord lastOf(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        long end = LogReader.endOffset(consumer, partition);
        consumer.assign(List.of(partition));
        consumer.seek(partition, end - 1);
        var records = consumer.poll(Duration.ofSeconds(2)).records(partition);
        return LogRecord.of(records.get(records.size() - 1));
    }
}
