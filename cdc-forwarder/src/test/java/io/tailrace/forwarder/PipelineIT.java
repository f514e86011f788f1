package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.IdentityStore;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.decode.LogRow;
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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the pipeline makes of a stream that repeats, or jumps. */
final class PipelineIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log = new SourceLog(database);
    private final String topic = KAFKA.freshTopicName();
    private final ForwarderStats stats = new ForwarderStats();
    private Connection connection;
    private TargetReader target;
    private Pipeline pipeline;

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
                new PipelineConfig(64L << 20, Duration.ofMillis(50), Duration.ofSeconds(60), backoff),
                settings,
                new TargetTopics(settings, KAFKA.bootstrapServers(), 1, new NamePatterns(List.of())),
                new PositionStore("pipeline_it"),
                new IdentityStore("pipeline_it"),
                new TopicStore("pipeline_it", new TopicRules(List.of("*"), List.of())),
                new LogTable(30),
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
    void shouldTakeForAHoleWhatTheTableDoesNotHave() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 100);
        log.execute("DELETE FROM kafka.messages WHERE partition_offset BETWEEN 10 AND 89");

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
        log.execute("DELETE FROM kafka.messages WHERE partition_offset = 4");
        pipeline.catchUp();
        finish();
        pipeline.close();

        // When
        pipeline = pipeline();
        pipeline.begin(connection);
        log.append(id, 0, 10);
        log.execute("DELETE FROM kafka.messages WHERE partition_offset = 14");
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
        log.execute("DELETE FROM kafka.messages WHERE partition_offset BETWEEN 10 AND 19");
        forward(90);
        List<ConsumerRecord<byte[], byte[]>> before = target.read(topic, 0);

        // When
        makeAnew();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                KAFKA.server().clientProperties(KafkaListener.PLAINTEXT),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (ConsumerRecord<byte[], byte[]> record : before.subList(0, 60)) {
                producer.send(new ProducerRecord<>(topic, 0, record.timestamp(), record.key(), record.value()))
                        .get();
            }
        }
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
