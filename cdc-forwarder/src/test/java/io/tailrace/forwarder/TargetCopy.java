package io.tailrace.forwarder;

import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Does by hand what the forwarder does, and what it never should: writes a changed copy of the log to the target. */
final class TargetCopy implements AutoCloseable {
    private final PostgresAddress database;
    private final SourceLog log;
    private final String slot;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    TargetCopy(PostgresAddress database, SourceLog log, String slot, Map<String, Object> target) {
        this.database = database;
        this.log = log;
        this.slot = slot;
        this.admin = Admin.create(target);
        Map<String, Object> settings = new HashMap<>(target);
        settings.put("linger.ms", "0");
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    void createTopic(String topic, int partitions) throws ExecutionException, InterruptedException {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get();
    }

    void trim(String topic, int partition, long beforeOffset) throws ExecutionException, InterruptedException {
        admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(beforeOffset)))
                .all()
                .get();
    }

    /** Copies a partition and saves position and map as if nothing had been changed. */
    void copy(int topicId, String topic, int partition, UnaryOperator<List<LogRow>> change)
            throws SQLException, ExecutionException, InterruptedException {
        List<LogRow> rows = rows(topicId, partition);
        for (LogRow row : change.apply(rows)) {
            send(topic, row);
        }
        saveMap(topicId, partition, rows);
        savePosition(topicId, partition, rows.size());
    }

    List<LogRow> rows(int topicId, int partition) throws SQLException {
        try (Connection connection = database.connect()) {
            return new LogTable(100_000, 64 << 20).read(connection, topicId, partition, 0, Long.MAX_VALUE);
        }
    }

    void send(String topic, LogRow row) throws ExecutionException, InterruptedException {
        producer.send(new ProducerRecord<>(
                        topic, row.partition(), row.timestampMs(), row.key(), row.value(), row.headers()))
                .get();
    }

    private void saveMap(int topicId, int partition, List<LogRow> rows) {
        long expected = -1;
        for (int i = 0; i < rows.size(); i++) {
            long offset = rows.get(i).offset();
            if (offset != expected) {
                log.execute(
                        "INSERT INTO kafka.forwarder_offset_map VALUES ('%s', %d, %d, %d, %d) ON CONFLICT DO NOTHING"
                                .formatted(slot, topicId, partition, offset, i));
            }
            expected = offset + 1;
        }
    }

    void savePosition(int topicId, int partition, long targetNext) {
        log.execute(
                """
                INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset, target_next_offset)
                SELECT '%s', topic_id, partition_id, next_offset, %d FROM kafka.partitions
                WHERE topic_id = %d AND partition_id = %d
                ON CONFLICT (forwarder, topic_id, partition_id) DO UPDATE
                SET next_offset = excluded.next_offset, target_next_offset = excluded.target_next_offset"""
                        .formatted(slot, targetNext, topicId, partition));
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
