package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.mirror.GroupReader;
import io.tailrace.e2e.mirror.GroupRest;
import io.tailrace.e2e.mirror.Mirror;
import io.tailrace.e2e.mirror.TopicSettings;
import io.tailrace.e2e.mirror.Workload;
import io.tailrace.e2e.program.AppProgram;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogComparison;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.RecordGenerator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The exit that needs nothing of ours: MirrorMaker 2, by the properties file of the documentation, carries records, settings of
 * topics, partitions and consumer groups to an Apache Kafka, where the groups go on.
 */
class MirrorMakerIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String LIVE = "live";
    private static final Set<String> TOPICS = Set.of(Workload.ORDERS, Workload.LEDGER, Workload.PROFILES, LIVE);
    private static final List<GroupReader> READERS =
            List.of(new GroupReader("billing", "classic"), new GroupReader("audit", "consumer"));
    private static final String HALFWAY = "halfway";

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final long seed = Seed.of(MirrorMakerIT.class);
    private Map<String, Object> source = Map.of();
    private Map<String, Object> target = Map.of();

    /**
     * Its notes on offsets are kept here, which is its default, or at the target. What sends exactly once is killed; what sends at
     * least once is stopped in order, and may repeat records all the same; it is left to the long run.
     */
    @ParameterizedTest(name = "offset-syncs at the {0}, exactly once: {1}")
    @MethodSource("variants")
    void shouldCarryEverythingToAnotherKafka(String notes, boolean exactlyOnce) throws Exception {
        // Given
        AppProgram mirror = startServers(notes, exactlyOnce);
        Workload workload = new Workload(source, seed);
        workload.createTopics();
        List<TopicPartition> live = Clients.createTopic(source, LIVE, 3);
        workload.produce(300);
        readToEnd(workload);
        commitHalfway();

        // When
        mirror.start();
        try (PacedLoad load = PacedLoad.start(source, new RecordGenerator(seed, 1_000), live, 200)) {
            awaitGrowth(mirror, live);
            workload.growOrders(6);
            TopicSettings.change(
                    source, Workload.ORDERS, Map.of("retention.ms", "172800000"), List.of("max.message.bytes"));
            restart(mirror, exactlyOnce);
            awaitGrowth(mirror, live);
            cluster.killAndRestartBroker();
            awaitGrowth(mirror, live);
            load.stop();
            assertThat(load.failures()).isEmpty();
            workload.produce(100);
            readToEnd(workload);

            // Then
            awaitAll(mirror, () -> assertArrived(load.sent(), exactlyOnce));
        }
        awaitAll(mirror, () -> assertArrived(workload.sent(), exactlyOnce));
        awaitAll(mirror, () -> assertThat(partitions(target)).isEqualTo(partitions(source)));
        awaitAll(
                mirror, () -> assertThat(TopicSettings.of(target, TOPICS)).isEqualTo(TopicSettings.of(source, TOPICS)));
        for (GroupReader reader : READERS) {
            awaitAll(mirror, () -> assertSamePlace(reader.group()));
        }
        awaitAll(mirror, this::assertHalfwaySkipsNothing);
        mirror.stop();
        PartitionLogs written = writeAtTheTarget(workload.partitions());
        READERS.forEach(reader -> assertGoesOn(reader, written));
    }

    static List<Arguments> variants() {
        return List.of(Arguments.of("target", true), Arguments.of("source", false))
                .subList(0, Soak.times(1, 2));
    }

    private AppProgram startServers(String notes, boolean exactlyOnce) throws Exception {
        cluster.start();
        String targetServers = cluster.programs().startTarget().bootstrapServers();
        source = cluster.connection();
        target = Clients.plaintext(targetServers);
        Map<String, String> settings = new HashMap<>();
        settings.put("offset-syncs.topic.location", notes);
        if (exactlyOnce) {
            settings.put("kafka.exactly.once.source.support", "enabled");
        }
        return Mirror.program(cluster, targetServers, settings);
    }

    private static void restart(AppProgram mirror, boolean kill) {
        if (kill) {
            mirror.killAndRestart();
        } else {
            mirror.restart();
        }
    }

    private void readToEnd(Workload workload) {
        READERS.forEach(reader -> reader.readToEnd(source, workload.partitions(), "earliest"));
    }

    /** A group that has read half of each partition, somewhere between two notes of MirrorMaker. */
    private void commitHalfway() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> half = new HashMap<>();
        GroupRest.committed(source, READERS.get(0).group())
                .forEach((partition, end) -> half.put(partition, new OffsetAndMetadata(end.offset() / 2)));
        try (Admin admin = Admin.create(source)) {
            admin.alterConsumerGroupOffsets(HALFWAY, half).all().get();
        }
    }

    private void awaitGrowth(AppProgram mirror, List<TopicPartition> partitions) {
        long[] before = {-1};
        await("records arriving at the target")
                .atMost(LIMIT)
                .failFast(mirror::assertAlive)
                .ignoreExceptions()
                .until(() -> {
                    long end = LogReader.endOffsets(target, partitions).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
                    before[0] = before[0] < 0 ? end : before[0];
                    return end > before[0] + 100;
                });
    }

    private static void awaitAll(AppProgram mirror, ThrowingRunnable assertion) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .failFast(mirror::assertAlive)
                .ignoreExceptions()
                .untilAsserted(assertion);
    }

    private void assertArrived(PartitionLogs sent, boolean exactlyOnce) {
        LogComparison comparison = Arrival.compare(LogReader.committed(target), sent);
        assertThat(exactlyOnce ? comparison.isIdentical() : comparison.isComplete())
                .as(comparison.toString())
                .isTrue();
    }

    private static Map<String, Integer> partitions(Map<String, Object> connection) throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        try (Admin admin = Admin.create(connection)) {
            admin.describeTopics(TOPICS)
                    .allTopicNames()
                    .get()
                    .forEach((topic, description) ->
                            counts.put(topic, description.partitions().size()));
        }
        return counts;
    }

    /** It has the same to read there as here, and the same words beside its offsets. */
    private void assertSamePlace(String group) throws Exception {
        assertThat(GroupRest.of(target, group)).isEqualTo(GroupRest.of(source, group));
        assertThat(GroupRest.committed(target, group).values())
                .extracting(OffsetAndMetadata::metadata)
                .containsOnly(GroupReader.METADATA);
    }

    /**
     * What MirrorMaker promises of a group that has not read to the end: nothing is skipped. Where its notes do not reach back, above all
     * after a crash, the group gets no offset there.
     */
    private void assertHalfwaySkipsNothing() throws Exception {
        Map<TopicPartition, List<LogRecord>> here = GroupRest.of(source, HALFWAY);
        Map<TopicPartition, List<LogRecord>> there = GroupRest.of(target, HALFWAY);
        assertThat(there).isNotEmpty();
        there.forEach((partition, rest) -> {
            List<LogRecord> expected = here.getOrDefault(partition, List.of());
            System.out.println(partition + ": a group has " + expected.size() + " records to read, " + rest.size()
                    + " at the target");
            assertThat(Set.copyOf(rest)).containsAll(expected);
        });
    }

    /** The group's member moves: it reads what is written at the target from now on, and nothing else. */
    private void assertGoesOn(GroupReader reader, PartitionLogs written) {
        PartitionLogs read = reader.readToEnd(target, written.partitions(), "none");
        assertThat(read.partitions()).isEqualTo(written.partitions());
        written.partitions().forEach(partition -> assertThat(read.of(partition)).isEqualTo(written.of(partition)));
    }

    private PartitionLogs writeAtTheTarget(List<TopicPartition> partitions) throws Exception {
        PartitionLogs written = new PartitionLogs();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(target)) {
            for (TopicPartition partition : partitions) {
                byte[] bytes = partition.toString().getBytes(StandardCharsets.UTF_8);
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        partition.topic(), partition.partition(), System.currentTimeMillis(), bytes, bytes);
                producer.send(record).get();
                written.add(partition, LogRecord.of(record));
            }
        }
        return written;
    }
}
