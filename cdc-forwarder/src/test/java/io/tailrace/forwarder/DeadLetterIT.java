package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.offsets.OffsetMaps;
import io.tailrace.forwarder.offsets.Place;
import io.tailrace.forwarder.offsets.SourceOffset;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that the target refuses, where they are to be set aside. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class DeadLetterIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String LIMITED = "{\"max.message.bytes\": \"2000\"}";

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private static final AtomicInteger SLOTS = new AtomicInteger();

    private final String slot = "dead_letter_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log;
    private final String topic = KAFKA.freshTopicName();
    private final String deadLetters = KAFKA.freshTopicName();
    private TargetReader target;

    DeadLetterIT(SourceLog.Shape shape) {
        log = new SourceLog(database, shape);
    }

    @BeforeEach
    void open() {
        Migrations.migrate(SourceSession.dataSource(TestConfig.postgres(database)));
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
    }

    @AfterEach
    void close() {
        target.close();
        await().atMost(SOON).until(() -> "0"
                .equals(log.query(
                        "SELECT count(*) FROM pg_replication_slots WHERE active AND slot_name = '" + slot + "'")));
        log.execute("SELECT pg_drop_replication_slot('" + slot + "')");
        log.close();
    }

    private ForwarderConfig config(String deadLetterTopic) {
        return TestConfig.deadLetters(TestConfig.forwarder(database, KAFKA.bootstrapServers(), slot), deadLetterTopic);
    }

    private static byte[] large() {
        byte[] value = new byte[5_000];
        new Random(3).nextBytes(value);
        return value;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String key) {
        Header header = record.headers().lastHeader(key);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldSetARefusedRecordAsideAndGoOnBehindIt() {
        // Given
        int id = log.createTopic(topic, 1, LIMITED);
        byte[] large = large();
        log.append(id, 0, 10);

        // When
        try (Forwarder forwarder = Forwarder.start(config(deadLetters))) {
            await().atMost(SOON).until(() -> target.end(topic, 0) >= 10);
            log.append(id, 0, new byte[] {7}, large, "[{\"key\": \"trace\", \"value\": \"1\"}]", 42, 0);
            log.append(id, 0, 10);
            await().atMost(SOON).until(() -> target.end(topic, 0) >= 20);
            assertThat(forwarder.stats().restarts()).isZero();
        }
        try (Forwarder again = Forwarder.start(config(deadLetters))) {
            log.append(id, 0, 10);
            await().atMost(SOON).until(() -> target.end(topic, 0) >= 30);
            assertThat(again.stats().repeated()).isZero();
        }

        // Then
        assertThat(target.offsets(topic, 0))
                .containsExactlyElementsOf(LongStream.range(0, 31)
                        .filter(offset -> offset != 10)
                        .boxed()
                        .toList());
        List<ConsumerRecord<byte[], byte[]>> dead = target.read(deadLetters, 0);
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).key()).containsExactly(7);
        assertThat(dead.get(0).value()).isEqualTo(large);
        assertThat(dead.get(0).timestamp()).isEqualTo(42);
        assertThat(header(dead.get(0), "trace")).isEqualTo("1");
        assertThat(header(dead.get(0), "tailrace.source.topic")).isEqualTo(topic);
        assertThat(header(dead.get(0), "tailrace.source.partition")).isEqualTo("0");
        assertThat(header(dead.get(0), "tailrace.source.offset")).isEqualTo("10");
        assertThat(header(dead.get(0), "tailrace.source.timestamp")).isEqualTo("42");
        assertThat(header(dead.get(0), "tailrace.reason")).isNotEmpty();
        assertThat(
                        log.query(
                                "SELECT partition_offset || ' ' || octet_length(value) || ' ' || (headers->0->>'key') || ' ' || dead_letter_offset FROM kafka.refused_records"))
                .isEqualTo("10 5000 trace 0");
        assertThat(
                        log.query(
                                "SELECT source_offset || ' ' || target_offset FROM kafka.forwarder_offset_map ORDER BY source_offset DESC"))
                .isEqualTo("11 10");
    }

    @Test
    void shouldSendRefusedRecordsAgainAndStayGreen() throws Exception {
        // Given: two records that are too large, the second of them at the end
        int id = log.createTopic(topic, 1, LIMITED);
        byte[] large = large();
        log.append(id, 0, 10);
        log.append(id, 0, new byte[] {7}, large, "[{\"key\": \"trace\", \"value\": \"1\"}]", 42, 0);
        log.append(id, 0, 10);
        log.append(id, 0, null, large, null, 43, 0);

        try (Forwarder forwarder = Forwarder.start(config(""))) {
            await().atMost(SOON).until(() -> "2".equals(log.query("SELECT count(*) FROM kafka.refused_records")));

            // When: it is still too large
            retry("true");
            await().atMost(SOON).until(() -> "refused again,refused again"
                    .equals(log.query("SELECT string_agg(state, ',') FROM kafka.refused_records")));

            // Then
            assertThat(log.query("SELECT retry_failure FROM kafka.refused_records LIMIT 1"))
                    .isNotEmpty();

            // When: it is not any more
            log.execute("UPDATE kafka.topics SET config = '{\"max.message.bytes\": \"100000\"}' WHERE id = " + id);
            await().atMost(SOON).until(() -> retried(10));
            log.append(id, 0, 5);
            await().atMost(SOON).until(() -> target.end(topic, 0) >= 26);
            await().atMost(SOON).until(() -> retried(21));
            log.append(id, 0, 5);
            await().atMost(SOON).until(() -> target.end(topic, 0) >= 32);
            assertThat(forwarder.stats().restarts()).isZero();
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then: the records are as they were, and at places that are nobody's
        List<ConsumerRecord<byte[], byte[]>> there = target.read(topic, 0);
        assertThat(there).hasSize(32);
        assertThat(there.get(20).key()).containsExactly(7);
        assertThat(there.get(20).value()).isEqualTo(large);
        assertThat(there.get(20).timestamp()).isEqualTo(42);
        assertThat(header(there.get(20), "trace")).isEqualTo("1");
        assertThat(there.get(26).timestamp()).isEqualTo(43);
        assertThat(
                        log.query(
                                "SELECT string_agg(partition_offset || '>' || retried_offset, ' ' ORDER BY 1) FROM kafka.refused_records"))
                .isEqualTo("10>20 21>26");
        assertThat(places(id, 9, 10, 11, 20, 21, 22, 26, 27, 32))
                .containsExactly(9L, 10L, 10L, 19L, 21L, 21L, 25L, 27L, 32L);
        assertThat(verdict().state()).isEqualTo(Verdict.State.GREEN);
        assertThat(verdict().notes()).contains("2 refused by the target").contains("2 sent again");
    }

    private void retry(String where) {
        log.execute("UPDATE kafka.refused_records SET retry_requested_at = now() WHERE " + where);
    }

    /** Asks again and again: the target's topic takes on its new limit after a moment. */
    private boolean retried(long offset) {
        retry("state <> 'sent again' AND state <> 'to be sent' AND partition_offset = " + offset);
        return "sent again"
                .equals(log.query("SELECT state FROM kafka.refused_records WHERE partition_offset = " + offset));
    }

    private List<Long> places(int id, long... offsets) throws Exception {
        List<SourceOffset> asked = LongStream.of(offsets)
                .mapToObj(offset -> new SourceOffset(id, 0, offset))
                .toList();
        try (Connection connection = database.connect()) {
            return new OffsetMaps(slot)
                    .places(connection, asked).stream()
                            .map(place -> place instanceof Place.At at ? at.targetOffset() : -1L)
                            .toList();
        }
    }

    private Verdict verdict() throws Exception {
        try (Verification verification = Verification.open(config(""))) {
            return verification.run(topic::equals, true).get(0);
        }
    }

    @Test
    void shouldKeepARefusedRecordInTheTableWhereThereIsNoTopicForIt() {
        // Given
        int id = log.createTopic(topic, 1, LIMITED);

        // When
        try (Forwarder forwarder = Forwarder.start(config(""))) {
            log.append(id, 0, null, large(), null, System.currentTimeMillis(), 0);
            log.append(id, 0, null, large(), null, System.currentTimeMillis(), 0);
            log.append(id, 0, 1);
            await().atMost(SOON).until(() -> target.end(topic, 0) >= 1);
            assertThat(forwarder.stats().restarts()).isZero();
        }

        // Then
        assertThat(target.offsets(topic, 0)).containsExactly(2L);
        assertThat(
                        log.query(
                                "SELECT string_agg(partition_offset::text, ' ' ORDER BY partition_offset) FROM kafka.refused_records WHERE dead_letter_offset IS NULL"))
                .isEqualTo("0 1");
    }
}
