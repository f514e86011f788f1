package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.groups.Skipped;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Consumer groups at a real target. */
final class GroupSyncIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int END = 120;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log = new SourceLog(database);
    private final String topic = KAFKA.freshTopicName();
    private final TopicPartition partition = new TopicPartition(topic, 0);
    private final ForwarderConfig config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), "group_sync_it");
    private TargetReader target;
    private Admin admin;
    private int id;

    @BeforeEach
    void open() {
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        admin = Admin.create(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        id = log.createTopic(topic, 1);
    }

    @AfterEach
    void close() {
        admin.close();
        target.close();
        log.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                + " WHERE slot_name = 'group_sync_it' AND NOT active");
        log.close();
    }

    /** Commits as the broker does. */
    private void commit(String group, long offset) {
        log.execute("INSERT INTO kafka.consumer_offsets (record_digest, record_offset, group_id, topic, topic_id,"
                + " partition_id, committed_offset, metadata, commit_timestamp) VALUES (sha256('" + group
                + "'), 0, '" + group + "', '" + topic + "', " + id + ", 0, " + offset + ", 'note', now())"
                + " ON CONFLICT (record_digest) DO UPDATE SET committed_offset = excluded.committed_offset");
    }

    private @Nullable OffsetAndMetadata atTarget(String group) throws Exception {
        return admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition);
    }

    private void awaitAtTarget(String group, long offset) {
        await().atMost(SOON).untilAsserted(() -> assertThat(atTarget(group))
                .isNotNull()
                .extracting(OffsetAndMetadata::offset)
                .isEqualTo(offset));
    }

    /** Records with holes of aborted transactions, of deletes, at the start, in the middle and at the end. */
    private void writeLogWithHoles() {
        log.appendPending(id, 0, 10, 1);
        log.abort(1);
        log.append(id, 0, 20);
        log.appendPending(id, 0, 15, 2);
        log.append(id, 0, 5);
        log.abort(2);
        log.append(id, 0, 30);
        log.appendPending(id, 0, 10, 3);
        log.commit(3);
        log.append(id, 0, 20);
        log.appendPending(id, 0, 10, 4);
        log.abort(4);
        log.execute(
                "DELETE FROM kafka.messages WHERE partition_offset BETWEEN 55 AND 61 OR partition_offset IN (70, 72)");
    }

    @Test
    void shouldLetEveryGroupReadOnAtTheSameRecord() throws Exception {
        // Given
        writeLogWithHoles();
        for (int offset = 0; offset <= END; offset++) {
            commit("read-on-" + offset, offset);
        }

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            await().atMost(SOON)
                    .until(() -> "121".equals(log.query("SELECT count(*) FROM kafka.forwarder_group_offsets")));
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        Map<Long, Long> there = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : target.read(topic, 0)) {
            there.put(record.offset(), Long.parseLong(new String(record.value(), StandardCharsets.US_ASCII)));
        }
        for (int offset = 0; offset <= END; offset++) {
            OffsetAndMetadata committed = Objects.requireNonNull(atTarget("read-on-" + offset));
            String next =
                    log.query("SELECT min(partition_offset) FROM kafka.messages WHERE partition_offset >= " + offset);
            assertThat(String.valueOf(there.get(committed.offset())))
                    .as("what the group at %d reads next", offset)
                    .isEqualTo(next);
            assertThat(committed.metadata()).isEqualTo("note");
        }
        assertThat(LongStream.range(0, there.size()).allMatch(there::containsKey))
                .isTrue();
    }

    @Test
    void shouldFollowAGroupAndLeaveItAloneWhileItIsActiveThere() throws Exception {
        // Given
        log.append(id, 0, 100);
        commit("busy", 10);

        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitAtTarget("busy", 10);
            commit("busy", 20);
            awaitAtTarget("busy", 20);

            // When
            Map<String, Object> settings = new HashMap<>(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
            settings.put("group.id", "busy");
            settings.put("enable.auto.commit", "false");
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(topic));
                await().atMost(SOON)
                        .until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
                commit("busy", 30);
                await().atMost(SOON).until(() -> {
                    consumer.poll(Duration.ofMillis(50));
                    return forwarder.groups().skipped(Skipped.ACTIVE) == 1;
                });
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(40)));
            }

            // Then
            await().atMost(SOON).until(() -> forwarder.groups().skipped(Skipped.BACKWARDS) == 1);
            awaitAtTarget("busy", 40);
            commit("busy", 50);
            awaitAtTarget("busy", 50);
        }
    }
}
