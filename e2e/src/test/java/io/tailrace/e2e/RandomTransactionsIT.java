package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogComparison;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.RecordGenerator;
import io.tailrace.e2e.record.StoredRecord;
import io.tailrace.e2e.transaction.Attempt;
import io.tailrace.e2e.transaction.Outcome;
import io.tailrace.e2e.transaction.SentRecord;
import io.tailrace.e2e.transaction.TransactionCheck;
import io.tailrace.e2e.transaction.WorkerSettings;
import io.tailrace.e2e.transaction.Workers;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Eight transactional producers at random, one killed every few seconds, the broker killed twice and Postgres once, the forwarder
 * killed now and then and its slot dropped once: every transaction is whole or absent, here and at the target, and nothing stays
 * open.
 */
class RandomTransactionsIT {

    private static final List<TopicPartition> OUTPUTS = WorkerSettings.outputs();
    private static final List<TopicPartition> INPUTS = WorkerSettings.inputs();

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    @Test
    void shouldShowExactlyWhatWasCommitted() throws Exception {
        // Given
        long seed = Seed.of(RandomTransactionsIT.class);
        cluster.start(
                Map.of("groups.initial_rebalance_delay", "0ms"),
                Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"));
        WorkerSettings.OUTPUTS.forEach(
                topic -> Clients.createTopic(cluster.connection(), topic, WorkerSettings.PARTITIONS));
        Clients.createTopic(cluster.connection(), WorkerSettings.INPUT, WorkerSettings.PARTITIONS);
        LocalKafka target = TestCluster.IS_REFERENCE ? null : cluster.programs().startTarget();
        ForwarderProgram forwarder = target == null ? null : startForwarding(target);
        try (PacedLoad input = PacedLoad.start(cluster.connection(), new RecordGenerator(seed, 100), INPUTS, 60);
                Workers workers = new Workers(cluster, seed)) {
            // When
            strike(workers, forwarder, new Random(seed));
            awaitConsumed();
            input.stop();
            workers.stop();
            awaitNothingOpen();

            // Then
            List<Attempt> attempts = workers.attempts();
            Map<TopicPartition, List<StoredRecord>> committed = read(LogReader.committed(cluster.connection()));
            report(attempts, committed);
            assertThat(TransactionCheck.visible(attempts, sentRecords(committed)))
                    .isEmpty();
            assertThat(TransactionCheck.consumed(Map.of(), committedOffsets(), sentRecords(committed)))
                    .isEmpty();
            assertUncommittedAgrees(attempts, committed);
            if (target != null) {
                assertArrives(target, committed);
            }
        }
    }

    private ForwarderProgram startForwarding(LocalKafka target) {
        ForwarderProgram forwarder =
                cluster.programs().forwarder(cluster.database().orElseThrow(), target, Map.of());
        forwarder.start();
        forwarder.awaitStreaming();
        return forwarder;
    }

    /**
     * Kills a worker every few seconds; after a quarter and three quarters of them the broker, in the middle Postgres. Every third
     * time the forwarder goes too, and shortly before Postgres its slot.
     */
    private void strike(Workers workers, @Nullable ForwarderProgram forwarder, Random random)
            throws InterruptedException {
        int strikes = Soak.times(8, 200);
        for (int strike = 1; strike <= strikes; strike++) {
            Thread.sleep(800 + random.nextInt(Soak.times(800, 2_700)));
            workers.strike(random);
            if (strike == strikes / 2) {
                cluster.killAndRestartStorage();
            } else if (strike == strikes / 4 || strike == strikes * 3 / 4) {
                cluster.killAndRestartBroker();
            }
            if (forwarder != null) {
                strike(forwarder, strike, strikes);
            }
        }
        System.out.println(strikes + " workers killed");
    }

    private static void strike(ForwarderProgram forwarder, int strike, int strikes) {
        if (strike == strikes / 2 - 1) {
            forwarder.dropSlot();
        } else if (strike % 3 == 0) {
            forwarder.kill();
            forwarder.start();
        }
    }

    /** After the last strike the group may have to wait for members that were killed to time out. */
    private void awaitConsumed() {
        await("transactions that consume every input")
                .atMost(Duration.ofSeconds(90))
                .ignoreExceptions()
                .until(() -> offsets().size() == WorkerSettings.PARTITIONS);
    }

    /** The timeout of a transaction aborts what nobody will end. */
    private void awaitNothingOpen() {
        Set<TransactionState> open =
                Set.of(TransactionState.ONGOING, TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT);
        try (Admin admin = Admin.create(cluster.connection())) {
            await("the end of all transactions")
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        assertThat(admin.listTransactions(new ListTransactionsOptions().filterStates(open))
                                        .all()
                                        .get())
                                .isEmpty();
                        assertThat(LogReader.endOffsets(LogReader.committed(cluster.connection()), OUTPUTS))
                                .isEqualTo(LogReader.endOffsets(cluster.connection(), OUTPUTS));
                        assertThat(admin.describeProducers(OUTPUTS).all().get().values())
                                .flatMap(state -> state.activeProducers())
                                .allMatch(producer ->
                                        producer.currentTransactionStartOffset().isEmpty());
                    });
        }
    }

    /** What is there beside the committed records is aborted; a broker of ours has deleted it. */
    private void assertUncommittedAgrees(List<Attempt> attempts, Map<TopicPartition, List<StoredRecord>> committed) {
        Map<TopicPartition, List<StoredRecord>> all = read(cluster.connection());
        if (!TestCluster.IS_REFERENCE) {
            assertThat(all).isEqualTo(committed);
        }
        Set<String> neverCommitted = attempts.stream()
                .filter(attempt -> attempt.outcome() != Outcome.COMMITTED)
                .map(Attempt::transaction)
                .collect(Collectors.toSet());
        all.forEach((partition, records) -> {
            // Sets, for lists of a hundred thousand records.
            Set<StoredRecord> visible = new HashSet<>(committed.getOrDefault(partition, List.of()));
            Set<StoredRecord> hidden = new HashSet<>(records);
            assertThat(hidden.containsAll(visible))
                    .as("%s has what is committed", partition)
                    .isTrue();
            hidden.removeAll(visible);
            assertThat(hidden)
                    .allMatch(
                            record -> neverCommitted.contains(sentRecord(record).transaction()));
        });
    }

    private static void assertArrives(LocalKafka target, Map<TopicPartition, List<StoredRecord>> committed) {
        PartitionLogs expected = new PartitionLogs();
        committed.forEach((partition, records) -> records.forEach(record -> expected.add(partition, record.content())));
        Map<String, Object> connection = target.clientProperties(KafkaListener.SASL_SSL);
        Arrival.awaitLast(connection, expected, Duration.ofMinutes(2));
        LogComparison comparison = Arrival.compare(connection, expected);
        System.out.println("forwarded " + expected.size() + " records, " + comparison.duplicates() + " of them again");
        assertThat(comparison.isIdentical()).as(comparison.toString()).isTrue();
    }

    private Map<Integer, Long> committedOffsets() throws Exception {
        Map<Integer, Long> offsets = offsets();
        assertThat(offsets).hasSize(WorkerSettings.PARTITIONS);
        return offsets;
    }

    private Map<Integer, Long> offsets() throws Exception {
        Map<Integer, Long> offsets = new HashMap<>();
        try (Admin admin = Admin.create(cluster.connection())) {
            admin.listConsumerGroupOffsets(WorkerSettings.GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> offsets.put(partition.partition(), offset.offset()));
        }
        return offsets;
    }

    private static Map<TopicPartition, List<StoredRecord>> read(Map<String, Object> connection) {
        return LogReader.read(connection, OUTPUTS);
    }

    private static Map<TopicPartition, List<SentRecord>> sentRecords(Map<TopicPartition, List<StoredRecord>> log) {
        return log.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().stream()
                .map(RandomTransactionsIT::sentRecord)
                .toList()));
    }

    private static SentRecord sentRecord(StoredRecord record) {
        byte[] value = Objects.requireNonNull(record.content().value()).get();
        return SentRecord.parse(new String(value, StandardCharsets.UTF_8));
    }

    private static void report(List<Attempt> attempts, Map<TopicPartition, List<StoredRecord>> committed) {
        Map<Outcome, Long> outcomes =
                attempts.stream().collect(Collectors.groupingBy(Attempt::outcome, Collectors.counting()));
        System.out.println("transactions " + outcomes + ", records sent "
                + attempts.stream().mapToInt(Attempt::size).sum() + ", committed "
                + committed.values().stream().mapToInt(List::size).sum());
        assertThat(outcomes).containsKeys(Outcome.COMMITTED, Outcome.ABORTED);
        if (Soak.isOn()) {
            // Few are killed in the short form, and perhaps none of them inside a transaction.
            assertThat(outcomes).containsKey(Outcome.OPEN);
        }
    }
}
