package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.LogComparison;
import io.tailrace.e2e.record.RecordGenerator;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each of the parts goes away under load and comes back; the others go on, and every record is there once. */
class OutageIT {

    private static final int RECORDS_PER_SECOND = 1_000;

    @RegisterExtension
    static final Programs PROGRAMS = new Programs();

    private static LocalPostgres postgres;
    private static LocalKafka target;
    private static BrokerProgram broker;
    private static ForwarderProgram forwarder;

    private final long seed = Seed.of(OutageIT.class);

    @BeforeAll
    static void startPrograms() {
        postgres = PROGRAMS.startPostgres();
        target = PROGRAMS.startTarget();
        broker = PROGRAMS.startBroker(postgres.address(), Map.of());
        forwarder = PROGRAMS.forwarder(postgres.address(), target, Map.of());
        forwarder.start();
    }

    @Test
    void shouldProduceAtTheSameSpeedWhileTheTargetIsAway() throws Exception {
        // Given
        Duration outage = Soak.duration(Duration.ofSeconds(20), Duration.ofMinutes(1));
        try (PacedLoad load = load("target-away")) {
            forwarder.awaitStreaming();
            double normal = recordsPerSecond(load, Duration.ofSeconds(5));
            Duration normalLatency = load.takeWorstLatency();

            // When
            target.kill();
            double without = recordsPerSecond(load, outage);
            Duration latencyWithout = load.takeWorstLatency();
            target.startAgain();
            Thread.sleep(3_000);
            load.stop();

            // Then
            System.out.printf(
                    "target away for %s: %.0f records/s before (slowest %s), %.0f meanwhile (slowest %s)%n",
                    outage, normal, normalLatency, without, latencyWithout);
            assertThat(load.failures()).isEmpty();
            // A load that started late is faster than its pace until it has made up for it.
            assertThat(without).isGreaterThan(0.9 * Math.min(normal, RECORDS_PER_SECOND));
            assertEverythingArrives(load);
        }
    }

    @Test
    void shouldStoreEverythingOnceWhenPostgresRestartsUnderLoad() throws Exception {
        // Given
        try (PacedLoad load = load("postgres-away")) {
            forwarder.awaitStreaming();

            // When
            for (int round = 0; round < Soak.times(1, 2); round++) {
                postgres.restart();
                awaitAcknowledgements(load);
                postgres.killAndRestart();
                awaitAcknowledgements(load);
            }
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            assertEverythingArrives(load);
        }
    }

    @Test
    void shouldStoreEverythingOnceWhenTheBrokerIsKilledUnderLoad() throws Exception {
        // Given
        try (PacedLoad load = load("broker-away")) {
            // When
            for (int round = 0; round < Soak.times(2, 4); round++) {
                awaitAcknowledgements(load);
                broker.killAndRestart();
            }
            awaitAcknowledgements(load);
            broker.restart();
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            assertEverythingArrives(load);
        }
    }

    @Test
    void shouldAnswerWithRetriableErrorsWhilePostgresIsAway() throws Exception {
        // Given
        TopicPartition partition =
                Clients.createTopic(broker.connection(), "one-record", 1).get(0);
        Map<String, Object> once = Map.of("retries", 0, "enable.idempotence", false, "delivery.timeout.ms", 40_000);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("one-record", 0, null, new byte[] {1});
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker.connection(), once)) {
            producer.send(record).get();

            // When
            postgres.stop();

            // Then
            assertThatThrownBy(() -> producer.send(record).get()).hasCauseInstanceOf(RetriableException.class);
            postgres.startAgain();
            await("records taken again")
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> producer.send(record).get().hasOffset());
            assertThat(partition.partition()).isZero();
        }
    }

    private PacedLoad load(String topic) {
        List<TopicPartition> partitions = Clients.createTopic(broker.connection(), topic, 4);
        return PacedLoad.start(broker.connection(), new RecordGenerator(seed, 1_000), partitions, RECORDS_PER_SECOND);
    }

    private static double recordsPerSecond(PacedLoad load, Duration duration) throws InterruptedException {
        long before = load.acknowledged();
        long startNs = System.nanoTime();
        Thread.sleep(duration.toMillis());
        return (load.acknowledged() - before) * 1e9 / (System.nanoTime() - startNs);
    }

    /** Some seconds' worth of records, so that the next outage meets a running load. */
    private static void awaitAcknowledgements(PacedLoad load) {
        long before = load.acknowledged();
        await("acknowledgements")
                .atMost(Duration.ofSeconds(90))
                .until(() -> load.acknowledged() > before + 2L * RECORDS_PER_SECOND
                        || !load.failures().isEmpty());
    }

    private static void assertEverythingArrives(PacedLoad load) {
        Map<String, Object> connection = target.clientProperties(KafkaListener.SASL_SSL);
        Arrival.assertIdentical(broker.connection(), load.sent());
        Arrival.awaitLast(connection, load.sent(), Duration.ofMinutes(2));
        LogComparison comparison = Arrival.compare(connection, load.sent());
        System.out.println(load.sent().size() + " records, " + comparison.duplicates() + " duplicates at the target");
        assertThat(comparison.isIdentical()).as(comparison.toString()).isTrue();
    }
}
