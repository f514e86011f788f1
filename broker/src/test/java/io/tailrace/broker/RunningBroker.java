package io.tailrace.broker;

import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.local.PostgresAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker on a database of its own, and Kafka's Java clients for it. */
public final class RunningBroker implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Map<String, String> settings = new HashMap<>();
    private Broker broker;

    public RunningBroker(PostgresAddress database, Map<String, String> more) {
        settings.put("TAILRACE_BROKER_PORT", "0");
        settings.put("TAILRACE_POSTGRES_HOST", database.host());
        settings.put("TAILRACE_POSTGRES_PORT", Integer.toString(database.port()));
        settings.put("TAILRACE_POSTGRES_DATABASE", database.database());
        settings.put("TAILRACE_POSTGRES_USER", database.user());
        settings.put("TAILRACE_POSTGRES_PASSWORD", database.password());
        settings.putAll(more);
        broker = Broker.start(ConfigLoader.load(BrokerConfig.class, null, settings));
    }

    /** On the same port, so that clients find it again. */
    public void restart() {
        settings.put("TAILRACE_BROKER_PORT", Integer.toString(broker.port()));
        broker.close();
        broker = Broker.start(ConfigLoader.load(BrokerConfig.class, null, settings));
    }

    public Broker broker() {
        return broker;
    }

    public Map<String, Object> clientConfig(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", "127.0.0.1:" + broker.port());
        return config;
    }

    public Admin admin() {
        return Admin.create(clientConfig(Map.of()));
    }

    public KafkaProducer<String, String> producer(Map<String, Object> more) {
        return new KafkaProducer<>(clientConfig(more), new StringSerializer(), new StringSerializer());
    }

    public KafkaConsumer<String, String> consumer(Map<String, Object> more) {
        return new KafkaConsumer<>(clientConfig(more), new StringDeserializer(), new StringDeserializer());
    }

    /** Sends records with the values "0", "1", … to a partition. */
    public void send(String topic, int partition, int count) throws Exception {
        List<Future<?>> sent = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, partition, "k", Integer.toString(i))));
            }
        }
        for (Future<?> one : sent) {
            one.get();
        }
    }

    /** The records of a partition from its start on, as many as this. */
    public List<ConsumerRecord<String, String>> read(String topic, int partition, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition(topic, partition)));
            consumer.seekToBeginning(consumer.assignment());
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (records.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    /** The result, or the exception that Kafka's client wraps. */
    public static <T> T get(KafkaFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
