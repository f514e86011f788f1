package io.tailrace.e2e.streams;

import io.tailrace.e2e.client.Clients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Produces sentences of a few common and many rare words at a steady pace, until it is stopped, and remembers how often each
 * word occurred. Owns: its thread and the producer. Thread-safe: the counts are read after {@link #stop}.
 */
public final class Sentences implements AutoCloseable {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(130);

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final Random random;
    private final long intervalNs;
    private final Map<String, Long> occurrences = new HashMap<>();
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "sentences");
    private volatile boolean stopped;

    private Sentences(Map<String, Object> connection, String topic, long seed, int perSecond) {
        this.producer = Clients.producer(connection, Map.of("linger.ms", 5));
        this.topic = topic;
        this.random = new Random(seed);
        this.intervalNs = Duration.ofSeconds(1).toNanos() / perSecond;
    }

    public static Sentences start(Map<String, Object> connection, String topic, long seed, int perSecond) {
        Sentences sentences = new Sentences(connection, topic, seed, perSecond);
        sentences.thread.start();
        return sentences;
    }

    /** Ends and waits until everything is acknowledged; fails if something was not. */
    public void stop() throws InterruptedException {
        stopped = true;
        thread.join(STOP_LIMIT.toMillis());
        if (thread.isAlive() || !failures.isEmpty()) {
            throw new AssertionError("not every sentence was acknowledged: " + failures);
        }
    }

    /** Of each word. */
    public Map<String, Long> occurrences() {
        return Map.copyOf(occurrences);
    }

    @Override
    public void close() {
        stopped = true;
        producer.close(Duration.ofSeconds(1));
        thread.interrupt();
    }

    private void run() {
        while (!stopped) {
            send(words());
            LockSupport.parkNanos(intervalNs);
        }
        producer.flush();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback hears of it.
    private void send(List<String> words) {
        words.forEach(word -> occurrences.merge(word, 1L, Long::sum));
        byte[] sentence = String.join(" ", words).getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, sentence), (metadata, failure) -> {
            if (failure != null) {
                failures.add(failure);
            }
        });
    }

    /** The product of two numbers is more often small than large. */
    private List<String> words() {
        return IntStream.rangeClosed(0, random.nextInt(8))
                .mapToObj(i -> "word" + random.nextInt(20) * random.nextInt(20))
                .toList();
    }
}
