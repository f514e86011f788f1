package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioClients;
import io.tailrace.e2e.client.ScenarioConsumer;
import io.tailrace.e2e.compaction.CompactionCheck;
import io.tailrace.e2e.compaction.KeyedLoad;
import io.tailrace.e2e.compaction.KeyedValue;
import io.tailrace.e2e.compaction.StoredSize;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.StoredRecord;
import io.tailrace.local.PostgresAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Compaction and retention at work, and clients of three languages that read what they leave. */
class CompactionIT {

    private static final int PARTITIONS = 2;
    private static final EnumSet<ClientKind> CLIENTS =
            EnumSet.of(ClientKind.JAVA, ClientKind.LIBRDKAFKA, ClientKind.KAFKAJS);

    /** Apache Kafka leaves the segment alone that is written to: small ones, so that there are others. */
    private static final Map<String, String> COMPACTED = Map.of(
            "cleanup.policy", "compact",
            "segment.bytes", "1048576",
            "min.cleanable.dirty.ratio", "0.01",
            "delete.retention.ms", "1000");

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    @Test
    void shouldKeepTheLatestOfEveryKeyWhileItIsProducedToAndRead() throws Exception {
        // Given
        int records = Soak.times(100_000, 1_000_000);
        long seed = Seed.of(CompactionIT.class);
        startCluster();
        Clients.createTopic(cluster.connection(), new NewTopic("states", PARTITIONS, (short) 1).configs(COMPACTED));
        List<TopicPartition> partitions = Clients.partitions(List.of("states"), PARTITIONS);
        try (KeyedLoad load = KeyedLoad.start(cluster.connection(), "states", records, seed)) {
            // When
            List<KeyedValue> followed = follow(load, partitions, records);
            load.awaitEnd(Duration.ofMinutes(5));
            long left = awaitCompacted(partitions, records);

            // Then
            System.out.println(
                    records + " records produced, " + followed.size() + " read meanwhile, " + left + " left");
            assertThat(CompactionCheck.of(load.latest(), followed)).isEmpty();
            assertThat(CompactionCheck.of(load.latest(), keyedValues(partitions)))
                    .isEmpty();
            assertThat(LogReader.endOffsets(cluster.connection(), partitions).values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(records);
            assertClientsReach(partitions, (int) left, load.latest());
        }
    }

    @Test
    void shouldLetClientsPassWhatWasCompactedAwayAtTheEnd() throws Exception {
        // Given
        startCluster();
        TopicPartition compacted = topicWithCompactedEnd();

        // Then
        assertClientsReach(List.of(compacted), visible(compacted), Map.of());
    }

    @Test
    void shouldLetClientsPassWhatWasAbortedAtTheEnd() throws Exception {
        // Given
        startCluster();
        TopicPartition aborted = topicWithAbortedEnd("aborted-end", 10);
        TopicPartition onlyAborted = topicWithAbortedEnd("only-aborted", 0);

        // Then
        assertClientsReach(List.of(aborted), 10, Map.of());
        assertClientsReach(List.of(onlyAborted), 0, Map.of());
    }

    /** Bytes of the table after VACUUM: see {@link StoredSize}. */
    @Test
    void shouldBringTheTableBackToSize() throws Exception {
        Assumptions.assumeFalse(TestCluster.IS_REFERENCE, "measures tables");
        // Given
        startCluster();
        PostgresAddress database = cluster.database().orElseThrow();
        long kept = 2_000_000;
        Map<String, String> config = Map.of("retention.bytes", Long.toString(kept), "segment.bytes", "1048576");
        Clients.createTopic(cluster.connection(), new NewTopic("events", 1, (short) 1).configs(config));
        TopicPartition events = new TopicPartition("events", 0);
        long roundBytes = Soak.times(10_000_000, 50_000_000);
        StoredSize first = produceAndAwaitRetention(database, events, roundBytes, kept);

        // When
        StoredSize second = first;
        for (int round = 0; round < 3; round++) {
            second = produceAndAwaitRetention(database, events, roundBytes, kept);
        }
        alter("events", "retention.ms", "1000");
        await("the end of the last record").atMost(Duration.ofSeconds(60)).until(() -> StoredSize.rows(database) == 0);
        StoredSize empty = StoredSize.of(database);

        // Then
        System.out.println(roundBytes + " bytes a round: " + first + " after the first, " + second
                + " after the fourth, " + empty + " when all is expired");
        assertThat(second.totalBytes()).isLessThan(first.totalBytes() * 3 / 2);
        assertThat(empty.tableBytes()).isLessThan(first.tableBytes() / 10);
        assertThat(LogReader.read(cluster.connection(), List.of(events)).get(events))
                .isEmpty();
    }

    private void startCluster() {
        cluster.start(
                Map.of("cleaner.compaction_check_interval", "1s", "cleaner.retention_check_interval", "1s"),
                Map.of("log.cleaner.backoff.ms", "1000", "log.retention.check.interval.ms", "1000"));
    }

    /** Reads from the beginning while records are produced and compacted away. */
    private List<KeyedValue> follow(KeyedLoad load, List<TopicPartition> partitions, int records) {
        List<KeyedValue> read = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = LogReader.consumer(cluster.connection())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadlineNs = System.nanoTime() + Duration.ofMinutes(5).toNanos();
            while (!load.hasEnded()
                    || partitions.stream().mapToLong(consumer::position).sum() < records) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    read.add(keyedValue(LogRecord.of(record)));
                }
                assertThat(System.nanoTime())
                        .as("reached %s of %s", read.size(), records)
                        .isLessThan(deadlineNs);
            }
        }
        return read;
    }

    /**
     * Until every key is there once, or, with Apache Kafka, until most is gone, for it leaves the last segment alone.
     *
     * @return how many records are left
     */
    private long awaitCompacted(List<TopicPartition> partitions, int records) {
        long most = TestCluster.IS_REFERENCE ? records / 2 : 1_000;
        long[] last = {-1};
        await("compaction to at most " + most + " records")
                .atMost(Soak.duration(Duration.ofSeconds(90), Duration.ofMinutes(10)))
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> {
                    long before = last[0];
                    last[0] = keyedValues(partitions).size();
                    return last[0] <= most && last[0] == before;
                });
        return last[0];
    }

    /** Clients that start from 0 get so many records, come to the end, and get what comes after. */
    private void assertClientsReach(List<TopicPartition> partitions, int count, Map<String, Long> latest)
            throws Exception {
        String topic = partitions.get(0).topic();
        Map<ClientKind, ScenarioConsumer> consumers = new EnumMap<>(ClientKind.class);
        List<ScenarioClient> clients = new ArrayList<>();
        try {
            for (ClientKind kind : CLIENTS) {
                ScenarioClient client = ScenarioClients.open(kind, cluster.bootstrapServers());
                clients.add(client);
                ScenarioConsumer consumer = client.consumer(
                        ConsumerSettings.inGroup(topic + "-" + kind).readCommitted());
                consumer.subscribe(List.of(topic));
                consumers.put(kind, consumer);
            }
            consumers.forEach((kind, consumer) -> {
                List<ReceivedRecord> received = consumer.take(count, Duration.ofSeconds(60));
                assertThat(received).as("%s of %s", kind, topic).hasSize(count);
                if (!latest.isEmpty()) {
                    assertThat(CompactionCheck.of(latest, keyedValues(received)))
                            .as(kind.toString())
                            .isEmpty();
                }
            });
            produce(partitions.get(0), "last", "1");
            consumers.forEach((kind, consumer) -> assertThat(consumer.take(1, Duration.ofSeconds(60)))
                    .as("%s after the end of %s", kind, topic)
                    .extracting(ReceivedRecord::keyText)
                    .containsExactly("last"));
        } finally {
            clients.forEach(ScenarioClient::close);
        }
    }

    private TopicPartition topicWithAbortedEnd(String name, int committed) throws Exception {
        TopicPartition partition =
                Clients.createTopic(cluster.connection(), name, 1).get(0);
        for (int i = 0; i < committed; i++) {
            produce(partition, "key", Integer.toString(i));
        }
        Map<String, Object> settings = Map.of("transactional.id", name);
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(cluster.connection(), settings)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < 5; i++) {
                producer.send(new ProducerRecord<>(name, new byte[] {1})).get();
            }
            producer.abortTransaction();
        }
        return partition;
    }

    /**
     * Its last records delete every key, and are deleted themselves but for the newest, which always stays. (Apache Kafka leaves
     * all of them alone, for they are in its last segment.)
     */
    private TopicPartition topicWithCompactedEnd() throws Exception {
        Clients.createTopic(cluster.connection(), new NewTopic("compacted-end", 1, (short) 1).configs(COMPACTED));
        TopicPartition partition = new TopicPartition("compacted-end", 0);
        for (int i = 0; i < 40; i++) {
            produce(partition, "key-" + i % 10, i < 30 ? Integer.toString(i) : null);
        }
        if (!TestCluster.IS_REFERENCE) {
            await("compaction")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> visible(partition) == 1);
        }
        return partition;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What matters is the space that they take.
    private StoredSize produceAndAwaitRetention(
            PostgresAddress database, TopicPartition partition, long bytes, long kept) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(cluster.connection(), Map.of("linger.ms", 5))) {
            for (long sent = 0; sent < bytes; sent += 1_000) {
                producer.send(new ProducerRecord<>(partition.topic(), 0, null, new byte[1_000]));
            }
        }
        await("retention by size")
                .atMost(Duration.ofSeconds(60))
                .until(() -> StoredSize.rows(database) * 1_000 < kept * 2);
        return StoredSize.of(database);
    }

    private void alter(String topic, String name, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(cluster.connection())) {
            admin.incrementalAlterConfigs(Map.of(
                            resource,
                            List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    private void produce(TopicPartition partition, String key, @Nullable String value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(cluster.connection())) {
            producer.send(new ProducerRecord<>(
                            partition.topic(), partition.partition(), bytes(key), value == null ? null : bytes(value)))
                    .get();
        }
    }

    private int visible(TopicPartition partition) {
        return keyedValues(List.of(partition)).size();
    }

    private List<KeyedValue> keyedValues(Collection<TopicPartition> partitions) {
        return LogReader.read(cluster.connection(), partitions).values().stream()
                .flatMap(List::stream)
                .map(StoredRecord::content)
                .map(CompactionIT::keyedValue)
                .toList();
    }

    private static List<KeyedValue> keyedValues(List<ReceivedRecord> received) {
        return received.stream().map(record -> keyedValue(record.content())).toList();
    }

    private static KeyedValue keyedValue(LogRecord content) {
        Bytes value = content.value();
        String key = new String(Objects.requireNonNull(content.key()).get(), StandardCharsets.UTF_8);
        return new KeyedValue(
                key, value == null ? null : Long.valueOf(new String(value.get(), StandardCharsets.UTF_8)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
