package io.tailrace.e2e;

import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ScenarioProducer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/** Sends one record after the other in the background. Owns: the producer and the thread. */
final class SteadyLoad implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ScenarioProducer producer;
    private final List<TopicPartition> partitions;
    private final List<String> sent = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicLong longestWaitNs = new AtomicLong();
    private final ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "load");
    private final String prefix;
    private volatile boolean stopped;

    SteadyLoad(ScenarioProducer producer, List<TopicPartition> partitions, String prefix) {
        this.producer = producer;
        this.partitions = partitions;
        this.prefix = prefix;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            for (int i = 0; !stopped; i++) {
                String value = prefix + i;
                long startNs = System.nanoTime();
                producer.send(Message.to(partitions.get(i % partitions.size()), value));
                longestWaitNs.accumulateAndGet(System.nanoTime() - startNs, Math::max);
                sent.add(value);
                acknowledged.incrementAndGet();
                Thread.sleep(PAUSE.toMillis());
            }
        } catch (RuntimeException e) {
            failures.add(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Collection<RuntimeException> failures() {
        return failures;
    }

    boolean failed() {
        return !failures.isEmpty();
    }

    int acknowledged() {
        return acknowledged.get();
    }

    /** From now on the longest wait is a new one. */
    void forgetWaits() {
        longestWaitNs.set(0);
    }

    long longestWaitMs() {
        return Duration.ofNanos(longestWaitNs.get()).toMillis();
    }

    void stop() {
        stopped = true;
        try {
            thread.join(LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once it is stopped. */
    Collection<String> values() {
        return sent;
    }

    @Override
    public void close() {
        stop();
        producer.close();
    }
}
