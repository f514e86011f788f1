package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.LogComparison;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.RecordGenerator;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.KafkaExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The forwarder dies, or loses Postgres, at the worst moments: nothing lost, nothing moved, nothing twice. */
class ForwarderKillIT {

    private static final int ROUNDS = Soak.times(3, 10);
    private static final int COPY_ROWS = 3_000;

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final KafkaExtension TARGET = new KafkaExtension();

    @RegisterExtension
    static final Programs PROGRAMS = new Programs();

    private static Map<String, Object> target = Map.of();
    private static BrokerProgram broker;
    private static ForwarderProgram forwarder;

    private final long seed = Seed.of(ForwarderKillIT.class);
    private final Random random = new Random(seed);

    @BeforeAll
    static void startPrograms() {
        PostgresAddress database = DATABASES.fresh();
        target = TARGET.server().clientProperties(KafkaListener.SASL_SSL);
        broker = PROGRAMS.startBroker(database, Map.of());
        forwarder = PROGRAMS.forwarder(database, TARGET.server(), Map.of());
        forwarder.start();
    }

    @Test
    void shouldSendEachRecordOnceWhenKilledAgainAndAgainUnderLoad() {
        // Given
        List<TopicPartition> partitions = createTopics("kill-a", "kill-b");
        try (PacedLoad load = load(partitions)) {
            // When
            for (int round = 0; round < ROUNDS; round++) {
                if (round % 2 == 0) {
                    forwarder.awaitStreaming();
                    awaitProgress(partitions);
                    pause(random.nextInt(700));
                } else {
                    pause(random.nextInt(3_000));
                }
                forwarder.kill();
                forwarder.start();
            }
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            Arrival.awaitLast(target, load.sent(), Duration.ofMinutes(2));
            LogComparison comparison = Arrival.compare(target, load.sent());
            report("kill -9", load.sent().size(), comparison);
            assertThat(comparison.isIdentical()).as(comparison.toString()).isTrue();
            Arrival.assertIdentical(broker.connection(), load.sent());
        }
    }

    @Test
    void shouldLoseNothingWhenItsReplicationConnectionEndsWithinACopy() throws Exception {
        // Given
        TopicPartition partition = createTopics("copy").get(0);
        Arrival.awaitTopics(target, List.of("copy"));
        forwarder.awaitStreaming();
        RecordGenerator generator = new RecordGenerator(seed, 400);
        PartitionLogs sent = new PartitionLogs();
        int terminated = 0;
        int withinTheCopy = 0;
        try (KafkaProducer<byte[], byte[]> producer = oneBatchProducer();
                KafkaConsumer<byte[], byte[]> watcher = LogReader.consumer(target)) {
            // When
            while (terminated < ROUNDS || withinTheCopy < ROUNDS / 2) {
                long before = sent.size();
                assertThat(before).as("copies tried").isLessThan(60L * COPY_ROWS);
                sendCopy(producer, generator, partition, sent);
                if (terminated % 2 == 0) {
                    awaitEndAbove(watcher, partition, before);
                } else {
                    pause(random.nextInt(60));
                }
                long arrived = end(watcher, partition) - before;
                if (forwarder.terminateReplicationConnection()) {
                    terminated++;
                    withinTheCopy += arrived < COPY_ROWS ? 1 : 0;
                }
                Arrival.awaitLast(target, sent, Duration.ofSeconds(60));
                forwarder.awaitStreaming();
            }
        }

        // Then
        System.out.println("terminated " + terminated + " times, " + withinTheCopy + " of them within a copy");
        LogComparison comparison = Arrival.compare(target, sent);
        report("pg_terminate_backend", sent.size(), comparison);
        assertThat(comparison.isIdentical()).as(comparison.toString()).isTrue();
    }

    @Test
    void shouldRepeatNothingAfterACleanRestart() {
        // Given
        List<TopicPartition> partitions = createTopics("clean");
        try (PacedLoad load = load(partitions)) {
            // When
            for (int round = 0; round < Soak.times(2, 3); round++) {
                if (round > 0) {
                    forwarder.awaitStreaming();
                }
                awaitProgress(partitions);
                pause(random.nextInt(1_000));
                forwarder.terminate();
                forwarder.start();
            }
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            Arrival.awaitLast(target, load.sent(), Duration.ofSeconds(60));
            Arrival.assertIdentical(target, load.sent());
        }
    }

    private List<TopicPartition> createTopics(String... names) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String name : names) {
            partitions.addAll(Clients.createTopic(broker.connection(), name, 4));
        }
        return partitions;
    }

    private PacedLoad load(List<TopicPartition> partitions) {
        return PacedLoad.start(broker.connection(), new RecordGenerator(seed, 1_000), partitions, 1_000);
    }

    /** One record batch, and so one COPY: the batch is sent when it is full or flushed. */
    private KafkaProducer<byte[], byte[]> oneBatchProducer() {
        Map<String, Object> settings =
                Map.of("batch.size", 1_000_000, "linger.ms", 60_000, "max.request.size", 1_048_000);
        return Clients.producer(broker.connection(), settings);
    }

    private static void sendCopy(
            KafkaProducer<byte[], byte[]> producer,
            RecordGenerator generator,
            TopicPartition partition,
            PartitionLogs sent)
            throws Exception {
        List<Future<RecordMetadata>> answers = new ArrayList<>();
        for (int i = 0; i < COPY_ROWS; i++) {
            var record = generator.next(partition);
            sent.add(partition, LogRecord.of(record));
            answers.add(producer.send(record));
        }
        producer.flush();
        for (Future<RecordMetadata> answer : answers) {
            answer.get();
        }
    }

    private void awaitProgress(Collection<TopicPartition> partitions) {
        Arrival.awaitTopics(
                target,
                partitions.stream().map(TopicPartition::topic).distinct().toList());
        long before = sum(LogReader.endOffsets(target, partitions));
        await("records arriving at the target")
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> sum(LogReader.endOffsets(target, partitions)) > before);
    }

    private static void awaitEndAbove(KafkaConsumer<byte[], byte[]> watcher, TopicPartition partition, long offset) {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (end(watcher, partition) <= offset) {
            assertThat(System.nanoTime()).as("records arriving").isLessThan(deadlineNs);
        }
    }

    private static long end(KafkaConsumer<byte[], byte[]> watcher, TopicPartition partition) {
        return LogReader.endOffset(watcher, partition);
    }

    private static void report(String what, long sent, LogComparison comparison) {
        System.out.println(what + ": " + sent + " records, " + comparison.duplicates() + " duplicates, "
                + comparison.rewinds().size() + " rewinds");
    }

    private static long sum(Map<TopicPartition, Long> ends) {
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
