package io.tailrace.e2e.mirror;

import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.StoredRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What a group has yet to read. Other than offsets, this is comparable between clusters whose logs have different holes,
 * markers and repetitions. Stateless.
 */
public final class GroupRest {

    private GroupRest() {}

    /** The committed records from each offset on that the group has committed. */
    public static Map<TopicPartition, List<LogRecord>> of(Map<String, Object> connection, String group)
            throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = committed(connection, group);
        Map<TopicPartition, List<StoredRecord>> logs =
                LogReader.read(LogReader.committed(connection), committed.keySet());
        Map<TopicPartition, List<LogRecord>> rest = new HashMap<>();
        committed.forEach((partition, offset) -> rest.put(
                partition,
                logs.getOrDefault(partition, List.of()).stream()
                        .filter(record -> record.offset() >= offset.offset())
                        .map(StoredRecord::content)
                        .toList()));
        return rest;
    }

    /** What Kafka's tools would show. */
    public static Map<TopicPartition, OffsetAndMetadata> committed(Map<String, Object> connection, String group)
            throws Exception {
        try (Admin admin = Admin.create(connection)) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
        }
    }
}
