package io.tailrace.broker.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is held back behind a fence, what is not, and how it ends. */
class FenceIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PRODUCER = 1L << 41;

    private MigrationFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new MigrationFixture(POSTGRES.freshDatabase());
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void shouldTakeAfterwardsUnderTheSameSequenceWhatAFenceHasRefused() throws Exception {
        // Given
        assertThat(fixture.error(PRODUCER, 0)).isEqualTo(Errors.NONE);
        long sequences = fixture.number("SELECT sum(last_sequence) FROM kafka.producer_sequences");

        // When
        fixture.fence(60);
        Errors refused = fixture.error(PRODUCER, 1);

        // Then
        assertThat(refused).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(fixture.number("SELECT sum(last_sequence) FROM kafka.producer_sequences"))
                .isEqualTo(sequences);
        assertThat(fixture.number("SELECT sum(next_offset) FROM kafka.partitions"))
                .isEqualTo(1);
        fixture.execute("SELECT kafka.lift_fence()");
        await().atMost(PATIENCE).until(() -> fixture.error(PRODUCER, 1) == Errors.NONE);
        assertThat(fixture.number("SELECT sum(next_offset) FROM kafka.partitions"))
                .isEqualTo(2);
    }

    @Test
    void shouldSayBehindAFenceWhatIsWrittenAlready() throws Exception {
        // Given: the fence is known to the broker, for it has refused
        assertThat(fixture.error(PRODUCER, 0)).isEqualTo(Errors.NONE);
        fixture.fence(60);
        await().atMost(PATIENCE).until(() -> fixture.error(PRODUCER, 1) == Errors.NOT_ENOUGH_REPLICAS);

        // When
        await().atMost(PATIENCE).until(() -> fixture.error(PRODUCER, 0) == Errors.NONE);

        // Then
        assertThat(fixture.produce(PRODUCER, 0).baseOffset()).isZero();
        assertThat(fixture.number("SELECT sum(next_offset) FROM kafka.partitions"))
                .isEqualTo(1);
    }

    @Test
    void shouldEndByItselfAndThenTakeWhatAProducerHasKept() throws Exception {
        // Given
        fixture.fence(2);

        // When
        try (KafkaProducer<String, String> producer = fixture.broker().producer(Map.of())) {
            Future<RecordMetadata> waiting = producer.send(new ProducerRecord<>("orders", "k", "v"));

            // Then
            assertThat(waiting.get(20, TimeUnit.SECONDS).offset()).isZero();
        }
        assertThat(fixture.number("SELECT count(*) FROM kafka.migration WHERE fenced_until < now()"))
                .isEqualTo(1);
    }

    @Test
    void shouldRefuseAPatientProducerOnlyWhenTheFenceIsGone() throws Exception {
        // Given: a producer that does not try again, and a broker that knows of the fence
        Map<String, Object> once = Map.of("retries", 0, "enable.idempotence", false);
        try (KafkaProducer<String, String> producer = fixture.broker().producer(once)) {
            producer.send(new ProducerRecord<>("orders", "k", "before")).get(20, TimeUnit.SECONDS);
            fixture.fence(60);
            await().atMost(PATIENCE).until(() -> fixture.error(PRODUCER, 0) == Errors.NOT_ENOUGH_REPLICAS);

            // When
            Future<RecordMetadata> waiting = producer.send(new ProducerRecord<>("orders", "k", "v"));

            // Then
            await().during(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> !waiting.isDone());
            fixture.execute("SELECT kafka.lift_fence()");
            assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(NotEnoughReplicasException.class);
        }
    }

    @Test
    void shouldHoldOverARestartOfTheBroker() throws Exception {
        // Given
        fixture.fence(60);

        // When
        fixture.restart();

        // Then
        assertThat(fixture.error(PRODUCER, 0)).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        fixture.execute("SELECT kafka.lift_fence()");
        await().atMost(PATIENCE).until(() -> fixture.error(PRODUCER, 0) == Errors.NONE);
    }

    @Test
    void shouldLetTransactionsFinishAndNoneBegin() throws Exception {
        // Given
        Map<String, Object> transactional = Map.of("transactional.id", "orders", "max.block.ms", 30_000);
        try (KafkaProducer<String, String> producer = fixture.broker().producer(transactional)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", "k", "before")).get(20, TimeUnit.SECONDS);
            fixture.fence(60);
            await().atMost(PATIENCE).until(() -> fixture.error(PRODUCER, 0) == Errors.NOT_ENOUGH_REPLICAS);

            // When
            producer.commitTransaction();
            producer.beginTransaction();
            Future<RecordMetadata> next = producer.send(new ProducerRecord<>("orders", "k", "after"));

            // Then
            await().during(Duration.ofSeconds(1))
                    .atMost(PATIENCE)
                    .until(() -> !next.isDone() && fixture.number("SELECT count(*) FROM kafka.records") == 1);
            assertThat(fixture.number("SELECT count(*) FROM kafka.transaction_partitions"))
                    .isZero();
            fixture.execute("SELECT kafka.lift_fence()");
            next.get(20, TimeUnit.SECONDS);
            producer.commitTransaction();
        }
        assertThat(fixture.number("SELECT count(*) FROM kafka.records")).isEqualTo(2);
    }

    @Test
    void shouldKeepRecordsOfSqlInTheOutboxMeanwhile() throws Exception {
        // Given
        fixture.fence(60);

        // When
        fixture.execute("SELECT kafka.produce('orders', 'k', 'v')");

        // Then
        await().during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() -> fixture.number("SELECT count(*) FROM kafka.outbox WHERE failure IS NULL") == 1);
        fixture.execute("SELECT kafka.lift_fence()");
        await().atMost(PATIENCE).until(() -> fixture.number("SELECT count(*) FROM kafka.records") == 1);
    }

    @Test
    void shouldWaitForAppendsUnderWayAndLetNoneBeginMeanwhile() throws Exception {
        // Given
        try (Connection appending = fixture.database().connect()) {
            appending.setAutoCommit(false);
            assertThat(mayAppend(appending)).isTrue();

            // When
            CompletableFuture<Long> fence = CompletableFuture.supplyAsync(() -> {
                try {
                    return fixture.fence(60);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().atMost(PATIENCE).until(() -> {
                try (Connection another = fixture.database().connect()) {
                    return !mayAppend(another);
                }
            });

            // Then
            assertThat(fence).isNotDone();
            appending.commit();
            assertThat(fence.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    private static boolean mayAppend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT kafka.may_append()")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Test
    void shouldKeepItsNumberOnlyWhileItHolds() throws Exception {
        // Given
        long first = fixture.fence(60);

        // When
        long longer = fixture.fence(60);
        fixture.execute("SELECT kafka.lift_fence()");
        long another = fixture.fence(60);

        // Then
        assertThat(longer).isEqualTo(first);
        assertThat(another).isGreaterThan(first);
        fixture.writeTarget();
        assertThatThrownBy(() -> fixture.execute("SELECT kafka.mark_moved(" + first + ", 'tailrace_forwarder')"))
                .hasMessageContaining("does not hold any more");
    }

    @Test
    void shouldNotBeSetUpWhereTheBrokerDoesNotHeedIt() throws Exception {
        // Given: as a broker of an older version leaves it
        fixture.execute("UPDATE kafka.cluster SET lease_epoch = lease_epoch + 1");

        // When
        assertThatThrownBy(() -> fixture.fence(60))
                // Then
                .hasMessageContaining("knows no fence");
    }

    @Test
    void shouldNotLeaveRecordsOfSqlBehind() throws Exception {
        // Given
        fixture.writeTarget();
        long fence = fixture.fence(60);
        fixture.execute("SELECT kafka.produce('orders', 'k', 'v')");

        // When
        assertThatThrownBy(() -> fixture.execute("SELECT kafka.mark_moved(" + fence + ", 'tailrace_forwarder')"))
                // Then
                .hasMessageContaining("kafka.outbox");
    }
}
