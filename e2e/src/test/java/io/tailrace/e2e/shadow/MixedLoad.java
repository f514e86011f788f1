package io.tailrace.e2e.shadow;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.record.RecordGenerator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Five topics: awkward records of every codec, large ones, transactions of which every third is aborted, keys that are compacted,
 * and one to which both kinds of producers write. Confined to one thread.
 */
public final class MixedLoad {

    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int PARTITIONS = 3;
    private static final int KEYS = 500;
    private static final String ORDERS = "orders";
    private static final String DOCUMENTS = "documents";
    private static final String LEDGER = "ledger";
    private static final String PROFILES = "profiles";
    private static final String MIXED = "mixed";

    private final Map<String, Object> connection;
    private final Random random;
    private final RecordGenerator small;
    private final RecordGenerator large;
    private final Map<String, Long> committed = new HashMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long profiles = System.currentTimeMillis() - 3_600_000;
    private int transactionalIds;

    public MixedLoad(Map<String, Object> connection, long seed) {
        this.connection = connection;
        this.random = new Random(seed);
        this.small = new RecordGenerator(seed, 600);
        this.large = new RecordGenerator(seed + 1, 100_000);
    }

    /** The compacted topic keeps the latest of every key from the moment when it is forwarded. */
    public void createTopics() {
        Map<String, Map<String, String>> topics = new LinkedHashMap<>();
        topics.put(ORDERS, Map.of());
        topics.put(DOCUMENTS, Map.of());
        topics.put(LEDGER, Map.of());
        topics.put(PROFILES, Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01"));
        topics.put(MIXED, Map.of());
        topics.forEach((topic, config) ->
                Clients.createTopic(connection, new NewTopic(topic, PARTITIONS, (short) 1).configs(config)));
    }

    public List<TopicPartition> partitions() {
        return Clients.partitions(List.of(ORDERS, DOCUMENTS, LEDGER, PROFILES, MIXED), PARTITIONS);
    }

    /** A partition of transactions, so that offsets differ between the log and the target. */
    public static TopicPartition ledger(int partition) {
        return new TopicPartition(LEDGER, partition);
    }

    public static boolean isCompacted(TopicPartition partition) {
        return partition.topic().equals(PROFILES);
    }

    /** Records of the topic that were sent and not aborted. */
    public long committed(String topic) {
        return committed.getOrDefault(topic, 0L);
    }

    /** So many records in all, a part of them aborted. */
    public void produce(int records) {
        int each = records / 10 / CODECS.size();
        for (String codec : CODECS) {
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(connection, Map.of("compression.type", codec, "linger.ms", 5))) {
                for (int i = 0; i < each; i++) {
                    plain(producer);
                }
                producer.flush();
            }
            transactions(codec, 4 * each);
        }
        if (failure.get() != null) {
            throw new AssertionError("a record was not acknowledged", failure.get());
        }
    }

    /** Six records. */
    private void plain(KafkaProducer<byte[], byte[]> producer) {
        send(producer, small.next(partition(ORDERS)));
        send(producer, small.next(partition(ORDERS)));
        send(producer, profile());
        send(producer, profile());
        send(producer, small.next(partition(MIXED)));
        send(producer, random.nextInt(20) == 0 ? large.next(partition(DOCUMENTS)) : small.next(partition(DOCUMENTS)));
    }

    private void transactions(String codec, int records) {
        Map<String, Object> settings =
                Map.of("transactional.id", "load-" + transactionalIds++, "compression.type", codec, "linger.ms", 5);
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(connection, settings)) {
            producer.initTransactions();
            int left = records;
            for (int number = 0; left > 0; number++) {
                int size = Math.min(left, 1 + random.nextInt(random.nextInt(10) == 0 ? 2_000 : 100));
                transaction(producer, size, number % 3 == 2);
                left -= size;
            }
        }
    }

    private void transaction(KafkaProducer<byte[], byte[]> producer, int size, boolean abort) {
        producer.beginTransaction();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            records.add(small.next(partition(i % 4 == 0 ? MIXED : LEDGER)));
        }
        records.forEach(record -> deliver(producer, record));
        if (abort) {
            producer.flush();
            producer.abortTransaction();
        } else {
            producer.commitTransaction();
            records.forEach(this::count);
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        deliver(producer, record);
        count(record);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback hears of it.
    private void deliver(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        producer.send(record, (metadata, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
            }
        });
    }

    private void count(ProducerRecord<byte[], byte[]> record) {
        committed.merge(record.topic(), 1L, Long::sum);
    }

    /** Each with a timestamp of its own; some delete their key. */
    private ProducerRecord<byte[], byte[]> profile() {
        TopicPartition partition = partition(PROFILES);
        byte[] key = ("user-" + random.nextInt(KEYS)).getBytes(StandardCharsets.UTF_8);
        byte[] value = random.nextInt(20) == 0 ? null : ("profile " + profiles).getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(partition.topic(), partition.partition(), profiles++, key, value);
    }

    private TopicPartition partition(String topic) {
        return new TopicPartition(topic, random.nextInt(PARTITIONS));
    }
}
