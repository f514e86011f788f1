package io.tailrace.e2e.mirror;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.record.LogRecord;
import io.tailrace.e2e.record.PartitionLogs;
import io.tailrace.e2e.record.RecordGenerator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Topics of different kinds and what is in them: awkward records of every codec, transactions of which every third is aborted,
 * keys of a compacted topic. Confined to one thread.
 */
public final class Workload {

    public static final String ORDERS = "orders";
    public static final String LEDGER = "ledger";
    public static final String PROFILES = "profiles";

    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int TRANSACTION_RECORDS = 7;

    private final Map<String, Object> connection;
    private final RecordGenerator generator;
    private final PartitionLogs sent = new PartitionLogs();
    private int orderPartitions = 4;
    private long profiles = System.currentTimeMillis() - 3_600_000;
    private int rounds;

    public Workload(Map<String, Object> connection, long seed) {
        this.connection = connection;
        this.generator = new RecordGenerator(seed, 64 * 1024);
    }

    /** What was sent and not aborted. */
    public PartitionLogs sent() {
        return sent;
    }

    public List<TopicPartition> partitions() {
        return Stream.of(orders(), ledger(), profiles()).flatMap(List::stream).toList();
    }

    public void createTopics() {
        create(ORDERS, orderPartitions, Map.of("max.message.bytes", "3000000", "segment.ms", "3600000"));
        create(LEDGER, 2, Map.of("retention.bytes", "1000000000", "compression.type", "zstd"));
        create(PROFILES, 2, Map.of("cleanup.policy", "compact", "min.compaction.lag.ms", "86400000"));
    }

    private void create(String topic, int partitions, Map<String, String> settings) {
        Clients.createTopic(connection, new NewTopic(topic, partitions, (short) 1).configs(settings));
    }

    public void growOrders(int partitions) throws Exception {
        try (Admin admin = Admin.create(connection)) {
            admin.createPartitions(Map.of(ORDERS, NewPartitions.increaseTo(partitions)))
                    .all()
                    .get();
        }
        orderPartitions = partitions;
    }

    /** As many transactions as orders of each partition, and as many profiles. */
    public void produce(int count) throws Exception {
        for (String codec : CODECS) {
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(connection, Map.of("compression.type", codec, "linger.ms", 5))) {
                for (int i = 0; i < count / CODECS.size(); i++) {
                    for (TopicPartition partition : orders()) {
                        send(producer, generator.next(partition));
                    }
                    for (TopicPartition partition : profiles()) {
                        send(producer, nextProfile(partition));
                    }
                }
                producer.flush();
            }
        }
        transactions(count / TRANSACTION_RECORDS);
    }

    private void transactions(int count) throws Exception {
        Map<String, Object> settings = Map.of("transactional.id", "ledger-" + rounds++, "linger.ms", 5);
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(connection, settings)) {
            producer.initTransactions();
            for (int i = 0; i < count; i++) {
                producer.beginTransaction();
                List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
                for (int j = 0; j < TRANSACTION_RECORDS; j++) {
                    ledger().forEach(partition -> records.add(generator.next(partition)));
                }
                for (ProducerRecord<byte[], byte[]> record : records) {
                    producer.send(record).get();
                }
                if (i % 3 == 2) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                    records.forEach(this::remember);
                }
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What does not arrive is found missing.
    private void send(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        producer.send(record);
        remember(record);
    }

    private void remember(ProducerRecord<byte[], byte[]> record) {
        sent.add(new TopicPartition(record.topic(), record.partition()), LogRecord.of(record));
    }

    /** Each with a timestamp of its own. */
    private ProducerRecord<byte[], byte[]> nextProfile(TopicPartition partition) {
        byte[] key = ("user-" + profiles % 100).getBytes(StandardCharsets.UTF_8);
        byte[] value = profiles % 10 == 0 ? null : ("profile " + profiles).getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(partition.topic(), partition.partition(), profiles++, key, value);
    }

    private List<TopicPartition> orders() {
        return partitions(ORDERS, orderPartitions);
    }

    private static List<TopicPartition> ledger() {
        return partitions(LEDGER, 2);
    }

    private static List<TopicPartition> profiles() {
        return partitions(PROFILES, 2);
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> new TopicPartition(topic, id))
                .toList();
    }
}
