package io.tailrace.e2e.compaction;

import io.tailrace.e2e.client.BackgroundProducer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Produces new values of random keys as fast as the broker takes them, and deletes every tenth key in the end. What
 * it produced is asked for after {@link #awaitEnd}. Owns: its producer.
 */
public final class KeyedLoad implements AutoCloseable {

    private static final int KEYS = 1_000;

    private final BackgroundProducer producer;
    private final String topic;
    private final int records;
    private final Random random;
    private final Map<String, Long> latest = new HashMap<>();

    private KeyedLoad(Map<String, Object> connection, String topic, int records, long seed) {
        this.producer = new BackgroundProducer("keyed-load", connection, this::run);
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
        load.producer.start();
        return load;
    }

    /** Until everything is acknowledged; fails if something was not. */
    public void awaitEnd(Duration limit) throws InterruptedException {
        producer.awaitEnd(limit);
    }

    public boolean hasEnded() {
        return producer.hasEnded();
    }

    /** Of every key that is not deleted. */
    public Map<String, Long> latest() {
        return Map.copyOf(latest);
    }

    @Override
    public void close() {
        producer.close();
    }

    private void run() {
        int deletions = KEYS / 10;
        for (long i = 0; i < records - deletions && !producer.isStopped(); i++) {
            String key = "key-" + random.nextInt(KEYS);
            latest.put(key, i);
            send(key, "%080d".formatted(i));
        }
        for (int i = 0; i < deletions && !producer.isStopped(); i++) {
            String key = "key-" + i * 10;
            latest.remove(key);
            send(key, null);
        }
    }

    private void send(String key, @Nullable String value) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), bytes));
    }
}
