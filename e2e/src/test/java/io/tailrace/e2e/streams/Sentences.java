package io.tailrace.e2e.streams;

import io.tailrace.e2e.client.BackgroundProducer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Produces sentences of a few common and many rare words at a steady pace, until it is stopped, and remembers how often each
 * word occurred; that is asked for after {@link #stop}. Owns: its producer.
 */
public final class Sentences implements AutoCloseable {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(130);

    private final BackgroundProducer producer;
    private final String topic;
    private final Random random;
    private final long intervalNs;
    private final Map<String, Long> occurrences = new HashMap<>();

    private Sentences(Map<String, Object> connection, String topic, long seed, int perSecond) {
        this.producer = new BackgroundProducer("sentences", connection, this::run);
        this.topic = topic;
        this.random = new Random(seed);
        this.intervalNs = Duration.ofSeconds(1).toNanos() / perSecond;
    }

    public static Sentences start(Map<String, Object> connection, String topic, long seed, int perSecond) {
        Sentences sentences = new Sentences(connection, topic, seed, perSecond);
        sentences.producer.start();
        return sentences;
    }

    /** Ends and waits until everything is acknowledged; fails if something was not. */
    public void stop() throws InterruptedException {
        producer.stop();
        producer.awaitEnd(STOP_LIMIT);
    }

    /** Of each word. */
    public Map<String, Long> occurrences() {
        return Map.copyOf(occurrences);
    }

    @Override
    public void close() {
        producer.close();
    }

    private void run() {
        while (!producer.isStopped()) {
            send(words());
            LockSupport.parkNanos(intervalNs);
        }
    }

    private void send(List<String> words) {
        words.forEach(word -> occurrences.merge(word, 1L, Long::sum));
        producer.send(new ProducerRecord<>(topic, String.join(" ", words).getBytes(StandardCharsets.UTF_8)));
    }

    /** The product of two numbers is more often small than large. */
    private List<String> words() {
        return IntStream.rangeClosed(0, random.nextInt(8))
                .mapToObj(i -> "word" + random.nextInt(20) * random.nextInt(20))
                .toList();
    }
}
