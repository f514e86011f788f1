package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the forwarder makes of the transactions of producers. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class ForwarderTransactionIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final AtomicInteger SLOTS = new AtomicInteger();
    private static final long PRODUCER = 1L << 40;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    @RegisterExtension
    static final KafkaExtension KAFKA = new KafkaExtension();

    private final String slot = "forwarder_transaction_it_" + SLOTS.incrementAndGet();
    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog log;
    private final String topic = KAFKA.freshTopicName();
    private TargetReader target;
    private ForwarderConfig config;
    private int id;

    ForwarderTransactionIT(SourceLog.Shape shape) {
        log = new SourceLog(database, shape);
    }

    @BeforeEach
    void open() {
        config = TestConfig.forwarder(database, KAFKA.bootstrapServers(), slot);
        Migrations.migrate(SourceSession.dataSource(config.postgres()));
        target = new TargetReader(KAFKA.server().clientProperties(KafkaListener.PLAINTEXT));
        id = log.createTopic(topic, 2);
    }

    @AfterEach
    void close() {
        target.close();
        log.close();
    }

    private void awaitRecords(int partition, long count) {
        await().atMost(SOON).until(() -> target.end(topic, partition) >= count);
    }

    /** The target has records a moment before the forwarder knows. */
    private static void awaitForwarded(Forwarder forwarder, long records) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(forwarder.stats().forwarded()).isEqualTo(records));
    }

    @Test
    void shouldForwardATransactionWhenItIsCommitted() {
        try (Forwarder forwarder = Forwarder.start(config)) {
            // Given
            log.append(id, 0, 3);
            log.append(id, 1, 1);
            awaitRecords(0, 3);
            log.appendPending(id, 0, 5, PRODUCER);
            log.append(id, 0, 2);
            log.append(id, 1, 1);
            awaitRecords(1, 2);
            assertThat(target.end(topic, 0)).isEqualTo(3);

            // When
            log.commit(PRODUCER);
            awaitRecords(0, 10);

            // Then
            assertThat(forwarder.stats().gapsFilled()).isZero();
        }
        target.assertExactly(topic, 0, 10);
    }

    @Test
    void shouldForwardNothingOfAnAbortedTransaction() {
        try (Forwarder forwarder = Forwarder.start(config)) {
            // Given
            log.appendPending(id, 0, 5, PRODUCER);
            log.append(id, 0, 2);

            // When
            log.abort(PRODUCER);
            log.append(id, 0, 1);
            awaitRecords(0, 3);

            // Then
            awaitForwarded(forwarder, 3);
        }
        assertThat(target.offsets(topic, 0)).containsExactly(5L, 6L, 7L);
    }

    @Test
    void shouldGoOnWithOtherTopicsWhenOneIsDeletedBeforeItsTransactionsAreForwarded() {
        int deleted = log.createTopic(topic + "-deleted", 1);
        try (Forwarder forwarder = Forwarder.start(config)) {
            // Given
            log.appendPending(deleted, 0, 5, PRODUCER);
            log.append(id, 0, 1);
            awaitForwarded(forwarder, 1);

            // When
            log.execute("UPDATE kafka.topics SET deleted_at = now() WHERE id = " + deleted);
            log.commit(PRODUCER);
            log.append(id, 0, 1);
            awaitForwarded(forwarder, 2);

            // Then
            await().atMost(SOON).untilAsserted(() -> assertThat(
                            log.query("SELECT next_offset FROM kafka.forwarder_positions WHERE topic_id = " + deleted))
                    .isEqualTo("5"));
        }
        assertThat(target.end(topic + "-deleted", 0)).isZero();
    }

    @Test
    void shouldGoOnWithATransactionThatWasDecidedWhileItWasStopped() {
        // Given
        log.append(id, 0, 1);
        log.appendPending(id, 0, 4, PRODUCER);
        log.appendPending(id, 0, 4, PRODUCER + 1);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitRecords(0, 1);
            log.append(id, 0, 1);
            awaitForwarded(forwarder, 1);
        }

        // When
        log.commit(PRODUCER);
        try (Forwarder forwarder = Forwarder.start(config)) {
            awaitRecords(0, 5);
            awaitForwarded(forwarder, 4);
            log.abort(PRODUCER + 1);
            awaitRecords(0, 6);
        }

        // Then
        assertThat(target.offsets(topic, 0)).containsExactly(0L, 1L, 2L, 3L, 4L, 9L);
    }

    @Test
    void shouldKeepUpWithTransactionsThatOverlap() {
        // Given
        Random random = new Random(7);
        List<Long> expected = new ArrayList<>();
        long[] first = {-1, -1, -1};

        // When
        try (Forwarder forwarder = Forwarder.start(config)) {
            for (int step = 0; step < 300; step++) {
                int producer = random.nextInt(3);
                if (first[producer] < 0) {
                    first[producer] = log.appendPending(id, 0, 3, PRODUCER + producer);
                } else if (random.nextBoolean()) {
                    log.commit(PRODUCER + producer);
                    expected.addAll(List.of(first[producer], first[producer] + 1, first[producer] + 2));
                    first[producer] = -1;
                } else {
                    log.abort(PRODUCER + producer);
                    first[producer] = -1;
                }
                if (random.nextInt(3) == 0) {
                    expected.add(log.append(id, 0, 1));
                }
            }
            for (int producer = 0; producer < 3; producer++) {
                log.abort(PRODUCER + producer);
            }
            awaitRecords(0, expected.size());
            awaitForwarded(forwarder, expected.size());
        }

        // Then
        assertThat(target.offsets(topic, 0))
                .containsExactlyElementsOf(expected.stream().sorted().toList());
    }
}
