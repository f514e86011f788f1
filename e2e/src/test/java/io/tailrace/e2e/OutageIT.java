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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each of the parts goes away under load and comes back; the others go on, and every record is there once. */
class OutageIT {

    private static final int RECORDS_PER_SECOND = 1_000;

    @RegisterExtension
    final Programs programs = new Programs();

    private final long seed = Seed.of(OutageIT.class);

    @Test
    void shouldProduceAtTheSameSpeedWhileTheTargetIsAway() throws Exception {
        // Given
        Duration outage = Soak.duration(Duration.ofSeconds(20), Duration.ofMinutes(1));
        LocalPostgres postgres = programs.startPostgres();
        LocalKafka target = programs.startTarget();
        BrokerProgram broker = programs.startBroker(postgres.address(), Map.of());
        ForwarderProgram forwarder = programs.forwarder(postgres.address(), target, Map.of());
        forwarder.start();
        try (PacedLoad load = load(broker)) {
            forwarder.awaitStreaming();
            double normal = recordsPerSecond(load, Duration.ofSeconds(8));
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
            assertThat(without).isGreaterThan(0.9 * normal);
            // A killed target may have kept what it did not acknowledge; that comes again if forwarding began anew.
            LogComparison comparison = compareWhenArrived(load, broker, target);
            assertThat(comparison.isComplete()).as(comparison.toString()).isTrue();
        }
    }

    @Test
    void shouldStoreEverythingOnceWhenPostgresRestartsUnderLoad() throws Exception {
        // Given
        LocalPostgres postgres = programs.startPostgres();
        LocalKafka target = programs.startTarget();
        BrokerProgram broker = programs.startBroker(postgres.address(), Map.of());
        ForwarderProgram forwarder = programs.forwarder(postgres.address(), target, Map.of());
        forwarder.start();
        try (PacedLoad load = load(broker)) {
            forwarder.awaitStreaming();

            // When
            for (int round = 0; round < 2; round++) {
                postgres.restart();
                awaitAcknowledgements(load);
                postgres.killAndRestart();
                awaitAcknowledgements(load);
            }
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            assertEverythingArrives(load, broker, target);
        }
    }

    @Test
    void shouldStoreEverythingOnceWhenTheBrokerIsKilledUnderLoad() throws Exception {
        // Given
        LocalPostgres postgres = programs.startPostgres();
        BrokerProgram broker = programs.startBroker(postgres.address(), Map.of());
        try (PacedLoad load = load(broker)) {
            // When
            for (int round = 0; round < 4; round++) {
                awaitAcknowledgements(load);
                broker.killAndRestart();
            }
            awaitAcknowledgements(load);
            broker.restart();
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            Arrival.assertIdentical(broker.connection(), load.sent());
        }
    }

    @Test
    void shouldAnswerWithRetriableErrorsWhilePostgresIsAway() throws Exception {
        // Given
        LocalPostgres postgres = programs.startPostgres();
        BrokerProgram broker = programs.startBroker(postgres.address(), Map.of());
        TopicPartition partition =
                Clients.createTopic(broker.connection(), "orders", 1).get(0);
        Map<String, Object> once = Map.of("retries", 0, "enable.idempotence", false, "delivery.timeout.ms", 40_000);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("orders", 0, null, new byte[] {1});
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

    private PacedLoad load(BrokerProgram broker) {
        List<TopicPartition> partitions = Clients.createTopic(broker.connection(), "orders", 4);
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
                .until(() -> load.acknowledged() > before + 3L * RECORDS_PER_SECOND
                        || !load.failures().isEmpty());
    }

    private static void assertEverythingArrives(PacedLoad load, BrokerProgram broker, LocalKafka target) {
        LogComparison comparison = compareWhenArrived(load, broker, target);
        assertThat(comparison.isIdentical()).as(comparison.toString()).isTrue();
    }

    private static LogComparison compareWhenArrived(PacedLoad load, BrokerProgram broker, LocalKafka target) {
        Map<String, Object> connection = target.clientProperties(KafkaListener.SASL_SSL);
        Arrival.assertIdentical(broker.connection(), load.sent());
        Arrival.awaitLast(connection, load.sent(), Duration.ofMinutes(2));
        LogComparison comparison = Arrival.compare(connection, load.sent());
        System.out.println(load.sent().size() + " records, " + comparison.duplicates() + " duplicates at the target");
        return comparison;
    }
}
