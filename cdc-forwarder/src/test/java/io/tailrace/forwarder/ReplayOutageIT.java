package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.forwarder.verify.Verdict;
import io.tailrace.forwarder.verify.Verification;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A target that is killed while ranges of the log are sent to it again. */
final class ReplayOutageIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String SLOT = "replay_outage_it";
    private static final String TOPIC = "replay-outage";
    private static final int RECORDS = 20_000;
    private static final int OUTAGES = 2;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log = new SourceLog(database);
    private LocalKafka kafka;
    private TargetReader target;
    private ForwarderConfig config;

    @BeforeEach
    void open() {
        kafka = LocalKafka.start();
        config = TestConfig.forwarder(database, kafka.bootstrapServers(), SLOT);
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        target = new TargetReader(kafka.clientProperties(KafkaListener.PLAINTEXT));
    }

    @AfterEach
    void close() {
        target.close();
        await().atMost(SOON).until(() -> "0"
                .equals(log.query(
                        "SELECT count(*) FROM pg_replication_slots WHERE active AND slot_name = '" + SLOT + "'")));
        log.execute("SELECT pg_drop_replication_slot('" + SLOT + "')");
        log.close();
        kafka.close();
    }

    @Test
    void shouldSendEachRecordAgainOnceThoughTheTargetIsKilledMeanwhile() throws Exception {
        // Given
        int id = log.createTopic(TOPIC, 2);
        log.append(id, 0, RECORDS);
        log.append(id, 1, 100);
        try (Forwarder forwarder = Forwarder.start(config)) {
            await().atMost(SOON).until(() -> target.end(TOPIC, 0) >= RECORDS && target.end(TOPIC, 1) >= 100);
            log.execute("INSERT INTO kafka.replays (slot, topic_id, partition_id, from_offset, to_offset)"
                    + " VALUES ('%s', %d, 0, 0, %d), ('%s', %d, 1, 0, 100)".formatted(SLOT, id, RECORDS, SLOT, id));

            // When
            for (int outage = 0; outage < OUTAGES; outage++) {
                long before = sentAgain();
                await().atMost(SOON).until(() -> sentAgain() > before);
                kafka.kill();
                log.append(id, 0, 50);
                log.append(id, 1, 50);
                // Longer than what is sent again is waited for.
                Thread.sleep(4_000);
                kafka.startAgain();
            }
            await().atMost(SOON)
                    .until(() -> "2".equals(log.query("SELECT count(*) FROM kafka.replays WHERE state = 'done'")));
            int all = RECORDS + OUTAGES * 50;
            await().atMost(SOON).until(() -> target.end(TOPIC, 0) >= all + RECORDS && target.end(TOPIC, 1) >= 300);

            // Then
            assertThat(forwarder.stats().repeated()).isZero();
            assertThat(target.end(TOPIC, 0)).isEqualTo(all + RECORDS);
            assertThat(target.end(TOPIC, 1)).isEqualTo(300);
        }
        try (Verification verification = Verification.open(config)) {
            List<Verdict> verdicts = verification.run(TOPIC::equals, true);
            assertThat(verdicts).extracting(Verdict::state).containsOnly(Verdict.State.GREEN);
            assertThat(Objects.requireNonNull(verdicts.get(0).verified()).repeated())
                    .isEqualTo(RECORDS);
            assertThat(Objects.requireNonNull(verdicts.get(1).verified()).repeated())
                    .isEqualTo(100);
        }
    }

    private long sentAgain() {
        return Long.parseLong(Objects.requireNonNull(
                log.query("SELECT coalesce(max(next_offset), 0) FROM kafka.replays WHERE partition_id = 0")));
    }
}
