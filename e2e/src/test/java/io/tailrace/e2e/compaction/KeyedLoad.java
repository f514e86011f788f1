package io.tailrace.e2e.compaction;

import io.tailrace.e2e.client.Clients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Produces new values of random keys as fast as the broker takes them, and deletes every tenth key in the end. Runs on a thread
 * of its own from {@link #start}; what it produced is asked for after {@link #awaitEnd}. Owns: its thread and its producer.
 */
public final class KeyedLoad implements AutoCloseable {

    private static final int KEYS = 1_000;

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final int records;
    private final Random random;
    private final Map<String, Long> latest = new HashMap<>();
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "keyed-load");
    private volatile boolean stopped;

    private KeyedLoad(Map<String, Object> connection, String topic, int records, long seed) {
        this.producer = Clients.producer(connection, Map.of("linger.ms", 5));
        this.topic = topic;
        this.records = records;
        this.random = new Random(seed);
    }

    /**
     * Starts it.
     *
     * @param records how many, the deletions included
     */
    public static KeyedLoad start(Map<String, Object> connection, String topic, int records, long seed) {
        KeyedLoad load = new KeyedLoad(connection, topic, records, seed);
        load.thread.start();
        return load;
    }

    /** Until everything is acknowledged; fails if something was not. */
    public void awaitEnd(Duration limit) throws InterruptedException {
        thread.join(limit.toMillis());
        if (thread.isAlive() || !failures.isEmpty()) {
            throw new AssertionError("not every record was acknowledged within " + limit + ": " + failures);
        }
    }

    public boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Of every key that is not deleted. */
    public Map<String, Long> latest() {
        return Map.copyOf(latest);
    }

    @Override
    public void close() {
        stopped = true;
        producer.close(Duration.ofSeconds(1));
        thread.interrupt();
    }

    private void run() {
        int deletions = KEYS / 10;
        for (long i = 0; i < records - deletions && !stopped; i++) {
            String key = "key-" + random.nextInt(KEYS);
            latest.put(key, i);
            send(key, "%080d".formatted(i));
        }
        for (int i = 0; i < deletions && !stopped; i++) {
            String key = "key-" + i * 10;
            latest.remove(key);
            send(key, null);
        }
        producer.flush();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback hears of it.
    private void send(String key, @Nullable String value) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), bytes), (metadata, failure) -> {
            if (failure != null) {
                failures.add(failure);
            }
        });
    }
}
