package io.tailrace.e2e.client;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends in the background until its work is done or it is stopped, and knows what was not acknowledged. What the work noted may be
 * read after {@link #awaitEnd}. Thread-safe. Owns: its thread and its producer.
 */
public final class BackgroundProducer implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * One that waits for its {@link #start}.
     *
     * @param work calls {@link #send}, on the thread of this, for as long as not {@link #isStopped}
     */
    public BackgroundProducer(String name, Map<String, Object> connection, Runnable work) {
        this.producer = Clients.producer(connection, Map.of("linger.ms", 5));
        this.thread = new Thread(
                () -> {
                    work.run();
                    producer.flush();
                },
                name);
    }

    public void start() {
        thread.start();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The callback hears of it.
    public void send(ProducerRecord<byte[], byte[]> record) {
        producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                failures.add(failure);
            }
        });
    }

    public boolean isStopped() {
        return stopped;
    }

    /** Asks the work to end. */
    public void stop() {
        stopped = true;
    }

    public boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Until the work is done and everything acknowledged; fails if something was not. */
    public void awaitEnd(Duration limit) throws InterruptedException {
        thread.join(limit.toMillis());
        if (thread.isAlive() || !failures.isEmpty()) {
            throw new AssertionError("not every record was acknowledged within " + limit + ": " + failures);
        }
    }

    @Override
    public void close() {
        stopped = true;
        producer.close(Duration.ofSeconds(1));
        thread.interrupt();
    }
}
