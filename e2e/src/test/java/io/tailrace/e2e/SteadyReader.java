package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Takes what a consumer receives, in the background, and knows for how long it received nothing. Owns: consumer and thread. */
final class SteadyReader implements AutoCloseable {

    private static final int MANY = 1000;
    private static final Duration SLICE = Duration.ofMillis(50);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ScenarioConsumer consumer;
    private final Collection<String> topics;
    private final List<ReceivedRecord> received = new ArrayList<>();
    private final Set<String> values = new HashSet<>();
    private final AtomicLong longestGapNs = new AtomicLong();
    private final ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::run, "reader");
    private volatile boolean stopped;

    SteadyReader(ScenarioConsumer consumer, Collection<String> topics) {
        this.consumer = consumer;
        this.topics = List.copyOf(topics);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            consumer.subscribe(topics);
            long lastNs = System.nanoTime();
            while (!stopped) {
                List<ReceivedRecord> taken = consumer.take(MANY, SLICE);
                if (!taken.isEmpty()) {
                    add(taken);
                    longestGapNs.accumulateAndGet(System.nanoTime() - lastNs, Math::max);
                    lastNs = System.nanoTime();
                }
            }
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }

    private synchronized void add(List<ReceivedRecord> taken) {
        received.addAll(taken);
        taken.forEach(record -> values.add(record.text()));
    }

    private synchronized int different() {
        return values.size();
    }

    /** Until so many different records have come. */
    void awaitCount(int count) {
        await(count + " records of " + topics).atMost(LIMIT).until(() -> different() >= count || !failures.isEmpty());
        assertThat(failures).isEmpty();
    }

    /** From now on the longest gap is a new one. */
    void forgetGaps() {
        longestGapNs.set(0);
    }

    long longestGapMs() {
        return Duration.ofNanos(longestGapNs.get()).toMillis();
    }

    /** In the order of arrival, those that came twice included. */
    synchronized List<ReceivedRecord> records() {
        return List.copyOf(received);
    }

    synchronized Set<String> values() {
        return Set.copyOf(values);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        consumer.close();
    }
}
