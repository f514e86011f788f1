package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.IdentityStore;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.decode.Batches;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.PendingRow;
import io.tailrace.forwarder.offsets.OffsetMaps;
import io.tailrace.forwarder.offsets.Place;
import io.tailrace.forwarder.offsets.SourceOffset;
import io.tailrace.forwarder.pipeline.Pipeline;
import io.tailrace.forwarder.pipeline.PipelineConfig;
import io.tailrace.forwarder.retry.Backoff;
import io.tailrace.forwarder.route.NamePatterns;
import io.tailrace.forwarder.route.TopicRules;
import io.tailrace.forwarder.route.TopicStore;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.sink.TargetTopics;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the pipeline makes of a stream that repeats, or jumps. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class PipelineIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog.Shape shape;
    private final SourceLog log;
    private final String topic = KAFKA.freshTopicName();
    private final ForwarderStats stats = new ForwarderStats();
    private Connection connection;
    private TargetReader target;
    private Pipeline pipeline;

    PipelineIT(SourceLog.Shape shape) {
        this.shape = shape;
        log = new SourceLog(database, shape);
    }

    @BeforeEach
    void open() throws Exception {
        Migrations.migrate(SourceSession.dataSource(TestConfig.postgres(database)));
        connection = database.connect();
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        pipeline = pipeline();
        pipeline.begin(connection);
    }

    private Pipeline pipeline() {
        TargetSettings settings = new TargetSettings(TestConfig.target(KAFKA.bootstrapServers(), Map.of()), 64L << 20);
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofMillis(200));
        return new Pipeline(
                new PipelineConfig(64L << 20, 64 << 20, Duration.ofMillis(50), Duration.ofSeconds(60), backoff),
                settings,
                new TargetTopics(settings, KAFKA.bootstrapServers(), 1, new NamePatterns(List.of())),
                new PositionStore("pipeline_it"),
                new IdentityStore("pipeline_it"),
                new TopicStore("pipeline_it", new TopicRules(List.of("*"), List.of())),
                new LogTable(30, 64 << 20),
                stats,
                null);
    }

    @AfterEach
    void close() throws SQLException {
        pipeline.close();
        target.close();
        connection.close();
        log.close();
    }

    private static LogRow row(int topicId, long offset) {
        byte[] value = Long.toString(offset).getBytes(StandardCharsets.US_ASCII);
        return new LogRow(topicId, 0, offset, System.currentTimeMillis(), null, value, List.of());
    }

    /** A row of the stream that holds the records of so many offsets, but for some that are gone. */
    private static LogBatch batch(int topicId, long offset, int count, Long... gone) {
        NavigableMap<Long, SimpleRecord> records = new TreeMap<>();
        for (long next = offset; next < offset + count; next++) {
            byte[] value = Long.toString(next).getBytes(StandardCharsets.US_ASCII);
            records.put(next, new SimpleRecord(System.currentTimeMillis(), null, value));
        }
        List.of(gone).forEach(records::remove);
        return new LogBatch(topicId, 0, offset, count, Batches.of(CompressionType.ZSTD, offset, count, records, null));
    }

    private void finish() throws Exception {
        pipeline.stop();
        pipeline.finish(Duration.ofSeconds(20));
    }

    @Test
    void shouldReadFromTheTableWhereTheStreamJumps() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);

        // When
        pipeline.offer(row(id, 0));
        pipeline.offer(row(id, 70));
        pipeline.offer(row(id, 99));
        finish();

        // Then
        target.assertExactly(topic, 0, 100);
        assertThat(stats.gapsFilled()).isEqualTo(2);
        assertThat(log.query("SELECT next_offset || ',' || target_next_offset FROM kafka.forwarder_positions"))
                .isEqualTo("100,100");
    }

    @Test
    void shouldReadFromTheTableWhereTheStreamJumpsToABatch() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);

        // When
        pipeline.offer(row(id, 0));
        pipeline.offer(batch(id, 35, 30));
        pipeline.offer(batch(id, 65, 10));
        pipeline.offer(batch(id, 80, 20));
        finish();

        // Then
        target.assertExactly(topic, 0, 100);
        assertThat(stats.gapsFilled()).isEqualTo(2);
    }

    @Test
    void shouldSendOfABatchWhatWasNotSent() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 40);

        // When
        for (LogBatch batch : List.of(batch(id, 0, 10), batch(id, 5, 10), batch(id, 0, 15), batch(id, 0, 40))) {
            pipeline.offer(batch);
        }
        finish();

        // Then
        target.assertExactly(topic, 0, 40);
        assertThat(stats.skipped()).isEqualTo(5 + 15 + 15);
        assertThat(stats.gapsFilled()).isZero();
    }

    @Test
    void shouldTakeForAHoleWhatABatchDoesNotHave() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 30);

        // When
        pipeline.offer(batch(id, 0, 10, 0L, 1L, 5L, 8L, 9L));
        pipeline.offer(batch(id, 10, 10, 10L, 19L));
        pipeline.offer(batch(id, 20, 10));
        finish();

        // Then
        assertThat(target.offsets(topic, 0))
                .startsWith(2L, 3L, 4L, 6L, 7L, 11L)
                .endsWith(28L, 29L)
                .hasSize(23);
        assertThat(stats.gapsFilled()).isZero();
        assertThat(map()).isEqualTo("0,0 2,0 6,3 11,5 20,13");
        assertThat(log.query("SELECT next_offset || ',' || target_next_offset FROM kafka.forwarder_positions"))
                .isEqualTo("30,23");
    }

    @Test
    void shouldLeaveABatchToTheTableBehindOneOfATransaction() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 10);
        log.appendPending(id, 0, 10, 4_711);
        log.append(id, 0, 10);

        // When
        pipeline.offer(batch(id, 0, 10));
        pipeline.offer(new PendingRow(id, 0, 10, 10));
        pipeline.offer(batch(id, 20, 10));
        log.commit(4_711);

        // Then
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            pipeline.tick();
            assertThat(stats.forwarded()).isEqualTo(30);
        });
        finish();
        target.assertExactly(topic, 0, 30);
    }

    /** The target takes smaller batches than the log holds. */
    @Test
    void shouldSendTheRecordsOfABatchThatTheTargetRefuses() throws Exception {
        // Given
        int id = log.createTopic(topic, 1, "{\"max.message.bytes\": \"300\"}");
        log.append(id, 0, 40);

        // When
        pipeline.catchUp();
        log.append(id, 0, 40);
        pipeline.offer(batch(id, 40, 40));

        // Then
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            pipeline.tick();
            assertThat(stats.forwarded()).isEqualTo(80);
            assertThat(pipeline.saved()).isEqualTo(pipeline.sent());
        });
        target.assertExactly(topic, 0, 80);
        assertThat(stats.refused()).isZero();
    }

    /** DeleteRecords into the middle of a batch. */
    @Test
    void shouldBeginWhereTheLogBegins() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);
        log.execute("UPDATE kafka.partitions SET log_start_offset = 57");

        // When
        pipeline.catchUp();
        finish();

        // Then
        assertThat(target.offsets(topic, 0)).startsWith(57L, 58L).endsWith(99L).hasSize(43);
        assertThat(stats.gapsFilled()).isZero();
    }

    @Test
    void shouldTakeForAHoleWhatTheTableDoesNotHave() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);
        log.delete(id, 0, offset -> offset >= 10 && offset <= 89);

        // When
        pipeline.offer(row(id, 99));
        finish();

        // Then
        assertThat(target.offsets(topic, 0))
                .hasSize(20)
                .startsWith(0L, 1L)
                .contains(9L, 90L)
                .endsWith(98L, 99L);
        assertThat(log.query("SELECT next_offset || ',' || target_next_offset FROM kafka.forwarder_positions"))
                .isEqualTo("100,20");
        assertThat(map()).isEqualTo("0,0 90,10");
        assertThat(new OffsetMaps("pipeline_it")
                        .places(connection, List.of(new SourceOffset(id, 0, 50), new SourceOffset(id, 0, 93))))
                .containsExactly(new Place.At(10), new Place.At(13));
    }

    @Test
    void shouldGoOnWithTheMapThatIsSaved() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 10);
        log.delete(id, 0, offset -> offset == 4);
        pipeline.catchUp();
        finish();
        pipeline.close();

        // When
        pipeline = pipeline();
        pipeline.begin(connection);
        log.append(id, 0, 10);
        log.delete(id, 0, offset -> offset == 14);
        pipeline.catchUp();
        finish();

        // Then
        assertThat(map()).isEqualTo("0,0 5,4 15,13");
    }

    @Test
    void shouldSendEverythingAgainToATopicThatWasMadeAnew() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);
        forward(100);

        // When
        makeAnew();
        log.append(id, 0, 50);
        pipeline.catchUp();

        // Then
        awaitMended(150);
        target.assertExactly(topic, 0, 150);
        assertThat(stats.lost()).isEqualTo(100);
        assertThat(map()).isEqualTo("0,0");
    }

    /** As after an unclean election: the target ends before what it has acknowledged. */
    @Test
    void shouldSendAgainWhatTheTargetHasLost() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);
        log.delete(id, 0, offset -> offset >= 10 && offset <= 19);
        forward(90);
        List<ConsumerRecord<byte[], byte[]>> before = target.read(topic, 0);

        // When
        makeAnew();
        copy(before.subList(0, 60));
        log.append(id, 0, 50);
        pipeline.catchUp();

        // Then
        awaitMended(140);
        assertThat(target.offsets(topic, 0)).doesNotHaveDuplicates().isSorted().hasSize(140);
        assertThat(stats.lost()).isEqualTo(30);
        assertThat(stats.repeated()).isZero();
        assertThat(map()).isEqualTo("0,0 20,10");
    }

    @Test
    void shouldSendEverythingAgainWhereSomebodyElsesRecordsStandInANewTopic() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 20);
        forward(20);

        // When
        makeAnew();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                KAFKA.server().clientProperties(KafkaListener.PLAINTEXT),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, null, "7".getBytes(StandardCharsets.US_ASCII)))
                    .get();
        }
        log.append(id, 0, 5);
        pipeline.catchUp();

        // Then
        awaitMended(26);
        assertThat(target.offsets(topic, 0))
                .startsWith(7L, 0L, 1L)
                .endsWith(23L, 24L)
                .hasSize(26);
        assertThat(map()).isEqualTo("0,1");
    }

    @Test
    void shouldFindItsPlaceAgainWhereTheTargetHasLostWhatWasSentAgain() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);
        forward(100);
        requestReplay(id, 20, 80);
        awaitReplays("done");
        List<ConsumerRecord<byte[], byte[]>> before = target.read(topic, 0);

        // When
        makeAnew();
        copy(before.subList(0, 130));
        log.append(id, 0, 50);
        pipeline.catchUp();

        // Then
        awaitMended(180);
        assertThat(before).hasSize(160);
        assertThat(target.offsets(topic, 0).subList(130, 180))
                .isSorted()
                .startsWith(100L)
                .endsWith(149L);
        assertThat(stats.repeated()).isZero();
        assertThat(map()).isEqualTo("0,0 100,130");
        assertThat(ranges()).isEqualTo("100-130");
    }

    /** A process died when ten records of a piece had landed: its successor sends the rest, before all others. */
    @Test
    void shouldFinishWhatWasBegunBeforeAnythingElse() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);
        forward(100);
        pipeline.close();
        requestReplay(id, 20, 80);
        log.execute("INSERT INTO kafka.repeated_ranges VALUES ('pipeline_it', " + id + ", 0, 100, NULL, 1, 20, 50)");
        copy(target.read(topic, 0).subList(20, 30));
        // What is not its own has no sequences that fit.
        log.execute("DELETE FROM kafka.forwarder_identities");
        log.append(id, 0, 50);

        // When
        pipeline = pipeline();
        pipeline.begin(connection);
        pipeline.catchUp();
        awaitReplays("done");

        // Then
        awaitMended(210);
        assertThat(target.offsets(topic, 0).subList(100, 131))
                .isEqualTo(LongStream.concat(LongStream.range(20, 50), LongStream.of(100))
                        .boxed()
                        .toList());
        assertThat(stats.repeated()).isZero();
        assertThat(map()).isEqualTo("0,0 100,130 150,210");
        assertThat(ranges()).isEqualTo("100-130 180-210");
        assertThat(log.query("SELECT records FROM kafka.replays")).isEqualTo("60");
    }

    @Test
    void shouldEndAReplayAtARecordThatTheTargetRefuses() throws Exception {
        // Given: a record with such a time cannot be put into a batch
        assumeTrue(shape == SourceLog.Shape.RECORDS);
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 20);
        forward(20);
        log.execute("UPDATE kafka.messages SET timestamp_ms = -2 WHERE partition_offset = 15");

        // When
        requestReplay(id, 10, 20);
        awaitReplays("failed");
        log.append(id, 0, 5);
        pipeline.catchUp();

        // Then
        awaitMended(30);
        assertThat(target.offsets(topic, 0).subList(20, 30))
                .containsExactly(10L, 11L, 12L, 13L, 14L, 20L, 21L, 22L, 23L, 24L);
        assertThat(log.query("SELECT next_offset || ' ' || failure FROM kafka.replays"))
                .startsWith("15 the target refuses the record at offset 15: timestamp -2");
        assertThat(map()).isEqualTo("0,0 20,25");
    }

    private void requestReplay(int id, long from, long to) {
        log.execute("INSERT INTO kafka.replays (slot, topic_id, partition_id, from_offset, to_offset)"
                + " VALUES ('pipeline_it', " + id + ", 0, " + from + ", " + to + ")");
    }

    private void awaitReplays(String state) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            pipeline.tick();
            assertThat(log.query("SELECT state FROM kafka.replays")).isEqualTo(state);
        });
    }

    private @Nullable String ranges() {
        return log.query("SELECT string_agg(target_from || '-' || target_to, ' ' ORDER BY target_from)"
                + " FROM kafka.repeated_ranges");
    }

    /** The same records once more, by somebody else's hand. */
    private void copy(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                KAFKA.server().clientProperties(KafkaListener.PLAINTEXT),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                producer.send(new ProducerRecord<>(topic, 0, record.timestamp(), record.key(), record.value()))
                        .get();
            }
        }
    }

    private void forward(long records) throws Exception {
        pipeline.catchUp();
        await().untilAsserted(() -> {
            pipeline.tick();
            assertThat(stats.forwarded()).isEqualTo(records);
            assertThat(pipeline.saved()).isEqualTo(pipeline.sent());
        });
    }

    private void awaitMended(long end) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            pipeline.tick();
            assertThat(target.end(topic, 0)).isEqualTo(end);
            assertThat(log.query("SELECT target_next_offset FROM kafka.forwarder_positions"))
                    .isEqualTo(Long.toString(end));
        });
    }

    /** The target's topic, deleted and created by somebody else. */
    private void makeAnew() throws Exception {
        try (Admin admin = Admin.create(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT))) {
            admin.deleteTopics(List.of(topic)).all().get();
            await().ignoreExceptions().until(() -> {
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1)))
                        .all()
                        .get();
                return true;
            });
        }
    }

    private @Nullable String map() {
        return log.query("SELECT string_agg(source_offset || ',' || target_offset, ' ' ORDER BY source_offset)"
                + " FROM kafka.forwarder_offset_map");
    }

    @Test
    void shouldNotSendWhatComesAgain() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 3);

        // When
        for (long offset : new long[] {0, 1, 0, 1, 2, 1, 2}) {
            pipeline.offer(row(id, offset));
        }
        finish();

        // Then
        target.assertExactly(topic, 0, 3);
        assertThat(stats.skipped()).isEqualTo(4);
    }

    @Test
    void shouldWaitUntilAJumpIsVisible() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 1);
        pipeline.offer(row(id, 0));
        Thread writer = new Thread(() -> {
            log.execute("SELECT pg_sleep(0.3)");
            log.append(id, 0, 9);
        });

        // When
        writer.start();
        pipeline.offer(row(id, 9));
        writer.join();
        finish();

        // Then
        target.assertExactly(topic, 0, 10);
    }

    @Test
    void shouldKeepARecordWithoutATimestamp() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, null, new byte[] {1}, null, -1, 0);

        // When
        pipeline.catchUp();
        finish();

        // Then
        assertThat(target.read(topic, 0)).extracting(ConsumerRecord::timestamp).containsExactly(-1L);
    }

    @Test
    void shouldMarkNothingWhileARecordIsRefused() throws Exception {
        // Given
        int id = log.createTopic(topic, 2);
        log.append(id, 0, null, new byte[] {1}, null, -2, 0);
        log.append(id, 1, 5);

        // When
        pipeline.catchUp();
        await().untilAsserted(() -> {
            pipeline.tick();
            assertThat(stats.forwarded()).isEqualTo(5);
        });
        long whileRefused = pipeline.saved();
        log.execute("DELETE FROM kafka.messages WHERE partition_id = 0");
        log.append(id, 0, null, new byte[] {2}, null, 7, 0);

        // Then
        assertThat(whileRefused).isEqualTo(-1);
        await().untilAsserted(() -> {
            pipeline.tick();
            assertThat(stats.forwarded()).isEqualTo(6);
            assertThat(pipeline.saved()).isEqualTo(pipeline.sent());
        });
        target.assertExactly(topic, 1, 5);
        assertThat(target.read(topic, 0)).extracting(ConsumerRecord::timestamp).containsExactly(7L);
    }
}
