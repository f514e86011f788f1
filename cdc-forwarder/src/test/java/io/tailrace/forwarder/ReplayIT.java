package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import io.tailrace.forwarder.verify.Verified;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Ranges of the log that are sent again, while new records keep coming. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class ReplayIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int KILLS = 2;
    private static final AtomicInteger SLOTS = new AtomicInteger();

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final String slot = "replay_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log;
    private final String topic = KAFKA.freshTopicName();
    private final ForwarderConfig config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), slot);
    private TargetReader target;

    ReplayIT(SourceLog.Shape shape) {
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

    @Test
    void shouldSendCommittedRecordsAgainBetweenNewOnes() throws Exception {
        // Given: 3000 records, with ten of an aborted transaction between them
        int id = log.createTopic(topic, 2);
        log.append(id, 0, 1_500);
        log.appendPending(id, 0, 10, 4_711);
        log.abort(4_711);
        log.append(id, 0, 1_490);
        log.append(id, 1, 50);
        int records = 3_000;

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            await().atMost(SOON).until(() -> target.end(topic, 0) >= 2_990);
            request(id, 0, 100, 2_600);
            request(id, 0, 2_900, 3_000);
            request(id, 1, 10, 60);
            while (!isDone(2)) {
                log.append(id, 0, 5);
                records += 5;
                Thread.sleep(20);
            }
            log.append(id, 0, 10);
            records += 10;
            log.append(id, 1, 20);
            await().atMost(SOON).until(() -> isDone(3));
            int expected = records;
            await().atMost(SOON).until(() -> forwarded(0) >= expected && forwarded(1) >= 70);
            assertThat(forwarder.stats().restarts()).isZero();
            assertThat(forwarder.stats().repeated()).isZero();
        }

        // Then
        assertThat(offsets(0, false)).containsExactlyElementsOf(without(0, records, 1_500, 1_510));
        List<Long> again = without(100, 2_600, 1_500, 1_510);
        again.addAll(without(2_900, 3_000, 0, 0));
        assertThat(offsets(0, true)).containsExactlyElementsOf(again);
        assertThat(offsets(1, true)).containsExactlyElementsOf(without(10, 60, 0, 0));
        assertThat(verified(0).repeated()).isEqualTo(again.size());
        assertThat(verified(0).records()).isEqualTo(records - 10);
        assertThat(verified(1).repeated()).isEqualTo(50);
        assertThat(log.query("SELECT string_agg(records::text, ' ' ORDER BY id) FROM kafka.replays"))
                .isEqualTo("2490 100 50");
    }

    @Test
    void shouldGoOnWhereItWasKilled(@TempDir Path directory) throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        Path file = configFile(directory);
        Random random = new Random(11);
        int records = 20_000;
        log.append(id, 0, records);
        request(id, 0, 0, records);

        // When
        for (int kill = 0; kill < KILLS; kill++) {
            long before = sentAgain();
            try (ChildProcess forwarder = start(directory, file)) {
                await().atMost(SOON).until(() -> sentAgain() > before);
                log.append(id, 0, 100);
                records += 100;
                Thread.sleep(random.nextInt(300));
                forwarder.kill();
            }
        }
        assertThat(sentAgain()).as("sent again before the last kill").isLessThan(20_000);
        try (ChildProcess forwarder = start(directory, file)) {
            int expected = records;
            await().atMost(SOON).until(() -> isDone(1) && forwarded(0) >= expected);
            assertThat(forwarder.isAlive()).isTrue();
        }

        // Then
        assertThat(offsets(0, false)).containsExactlyElementsOf(without(0, records, 0, 0));
        assertThat(offsets(0, true)).containsExactlyElementsOf(without(0, 20_000, 0, 0));
        assertThat(verified(0).records()).isEqualTo(records);
        assertThat(verified(0).repeated()).isEqualTo(20_000);
    }

    @Test
    void shouldSayWhyItCannotBeDoneAndStopWhenItIsCancelled() throws Exception {
        // Given
        int id = log.createTopic(topic, 1);
        log.append(id, 0, 10);
        log.execute("INSERT INTO kafka.topic_shadow_config (topic, enabled) VALUES ('" + topic + "', false)");
        request(id, 0, 0, 5);
        request(4_711, 0, 0, 5);
        request(id, 0, 5, 10);
        log.execute("UPDATE kafka.replays SET state = 'cancelled' WHERE from_offset = 5");

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            await().atMost(SOON)
                    .until(() -> "2".equals(log.query("SELECT count(*) FROM kafka.replays WHERE state = 'failed'")));

            // Then
            assertThat(log.query("SELECT failure FROM kafka.replays WHERE topic_id = " + id + " AND from_offset = 0"))
                    .contains("not forwarded");
            assertThat(log.query("SELECT failure FROM kafka.replays WHERE topic_id = 4711"))
                    .contains("does not exist");
            assertThat(log.query("SELECT state FROM kafka.replays WHERE from_offset = 5"))
                    .isEqualTo("cancelled");
            assertThat(forwarder.stats().restarts()).isZero();
        }
    }

    @Test
    void shouldNotKeepOtherPartitionsWaitingBehindOneThatStandsStill() throws Exception {
        // Given: the target refuses a record of partition 0, which stands still there
        int id = log.createTopic(topic, 2, "{\"max.message.bytes\": \"2000\"}");
        byte[] large = new byte[5_000];
        new Random(3).nextBytes(large);
        log.append(id, 0, 10);
        log.append(id, 0, new byte[] {1}, large, null, 42, 0);
        log.append(id, 1, 10);

        try (Forwarder forwarder = Forwarder.start(config)) {
            await().atMost(SOON).until(() -> forwarder.stats().held() == 1);
            for (int i = 0; i < 150; i++) {
                request(id, 0, 0, 10);
            }

            // When
            request(id, 1, 0, 10);
            await().atMost(SOON).until(() -> isDone(1));

            // Then
            assertThat(log.query("SELECT string_agg(DISTINCT state, ' ') FROM kafka.replays WHERE partition_id = 0"))
                    .isEqualTo("requested");
            assertThat(log.query("SELECT waiting FROM kafka.replays WHERE id = 1"))
                    .contains("that the target refuses");
            await().atMost(SOON).until(() -> forwarder.stats().openReplays() == 150);
            assertThat(forwarder.stats().sentAgain()).isEqualTo(10);

            // When
            log.execute("UPDATE kafka.replays SET state = 'cancelled' WHERE id > 1 AND state = 'requested'");
            log.execute("UPDATE kafka.topics SET config = '{}' WHERE id = " + id);
            await().atMost(SOON).until(() -> isDone(2));

            // Then
            await().atMost(SOON).until(() -> forwarder.stats().openReplays() == 0);
            assertThat(log.query("SELECT waiting FROM kafka.replays WHERE id = 1"))
                    .isEqualTo("null");
            assertThat(forwarder.stats().restarts()).isZero();
        }
        assertThat(verified(0).repeated()).isEqualTo(10);
        assertThat(verified(0).records()).isEqualTo(11);
    }

    private void request(int id, int partition, long from, long to) {
        log.execute("INSERT INTO kafka.replays (slot, topic_id, partition_id, from_offset, to_offset) VALUES ('" + slot
                + "', " + id + ", " + partition + ", " + from + ", " + to + ")");
    }

    private boolean isDone(int replays) {
        return Integer.toString(replays).equals(log.query("SELECT count(*) FROM kafka.replays WHERE state = 'done'"));
    }

    private long sentAgain() {
        return number("SELECT coalesce(max(next_offset), 0) FROM kafka.replays");
    }

    private long forwarded(int partition) {
        return number("SELECT coalesce(max(next_offset), 0) FROM kafka.forwarder_positions WHERE partition_id = "
                + partition);
    }

    private long number(String sql) {
        return Long.parseLong(Objects.requireNonNull(log.query(sql)));
    }

    /** The source offsets of what stands at places that are nobody's, or of the rest. */
    private List<Long> offsets(int partition, boolean repeated) throws Exception {
        List<Long> all = target.offsets(topic, partition);
        List<Long> chosen = new ArrayList<>();
        List<long[]> ranges = ranges(partition);
        for (int place = 0; place < all.size(); place++) {
            long offset = place;
            if (repeated == ranges.stream().anyMatch(range -> offset >= range[0] && offset < range[1])) {
                chosen.add(all.get(place));
            }
        }
        return chosen;
    }

    private List<long[]> ranges(int partition) throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT target_from, target_to FROM kafka.repeated_ranges WHERE partition_id = " + partition)) {
            List<long[]> ranges = new ArrayList<>();
            while (row.next()) {
                ranges.add(new long[] {row.getLong(1), row.getLong(2)});
            }
            return ranges;
        }
    }

    private static List<Long> without(long startInc, long endExc, long holeStart, long holeEnd) {
        List<Long> offsets = new ArrayList<>();
        LongStream.range(startInc, endExc)
                .filter(offset -> offset < holeStart || offset >= holeEnd)
                .forEach(offsets::add);
        return offsets;
    }

    private Verified verified(int partition) throws Exception {
        try (Verification verification = Verification.open(config)) {
            Verdict verdict = verification.run(topic::equals, true).get(partition);
            assertThat(verdict.state()).isEqualTo(Verdict.State.GREEN);
            return Objects.requireNonNull(verdict.verified());
        }
    }

    private ChildProcess start(Path directory, Path file) {
        return ChildJvm.start(
                "forwarder",
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                ForwarderMain.class,
                List.of(file.toString()),
                directory.resolve("forwarder.log"));
    }

    private Path configFile(Path directory) throws IOException {
        return Files.writeString(
                directory.resolve("forwarder.properties"),
                """
                postgres.host=%s
                postgres.port=%d
                postgres.database=%s
                postgres.user=%s
                postgres.password=%s
                kafka.bootstrap_servers=%s
                replication.slot=%s
                replication.catch_up_fetch_rows=100
                """
                        .formatted(
                                database.host(),
                                database.port(),
                                database.database(),
                                database.user(),
                                database.password(),
                                KAFKA.bootstrapServers(),
                                slot));
    }
}
