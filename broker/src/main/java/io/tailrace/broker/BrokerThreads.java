package io.tailrace.broker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The broker's threads beside those of the network and the appenders. Their queues are bounded by the number of
 * connections: a connection has one request other than Produce under way at a time. Owns: all of them.
 */
final class BrokerThreads implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int GENERAL_THREADS = 2;
    private static final int TRANSACTION_THREADS = 4;

    private final ExecutorService fetch;
    private final ExecutorService general;
    private final ExecutorService topics;
    private final ExecutorService transactions;
    private final ScheduledExecutorService maintenance;
    private final ScheduledThreadPoolExecutor timer;

    BrokerThreads(int fetchThreads) {
        this.fetch = Executors.newFixedThreadPool(fetchThreads, named("tailrace-fetch"));
        this.general = Executors.newFixedThreadPool(GENERAL_THREADS, named("tailrace-general"));
        this.topics = Executors.newSingleThreadExecutor(named("tailrace-topics"));
        this.transactions = Executors.newFixedThreadPool(TRANSACTION_THREADS, named("tailrace-transactions"));
        this.maintenance = Executors.newSingleThreadScheduledExecutor(named("tailrace-maintenance"));
        this.timer = new ScheduledThreadPoolExecutor(1, named("tailrace-timer"));
        // Most waits end before their time: do not keep what they hold until then.
        timer.setRemoveOnCancelPolicy(true);
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Reads the log from Postgres. */
    ExecutorService fetch() {
        return fetch;
    }

    /** Short queries. */
    ExecutorService general() {
        return general;
    }

    /** Makes and deletes topics and reserves ids, one after the other. */
    ExecutorService topics() {
        return topics;
    }

    /** Writes the states of transactions. */
    ExecutorService transactions() {
        return transactions;
    }

    /** What nobody waits for. */
    ExecutorService maintenance() {
        return maintenance;
    }

    /** Has something done again and again, until these threads end; it must catch what it throws. */
    @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
    void maintainEvery(Duration interval, Runnable task) {
        maintenance.scheduleWithFixedDelay(task, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends waits; never blocks. */
    ScheduledExecutorService timer() {
        return timer;
    }

    @Override
    public void close() {
        List<ExecutorService> all = List.of(timer, maintenance, transactions, topics, general, fetch);
        all.forEach(ExecutorService::shutdownNow);
        try {
            for (ExecutorService executor : all) {
                executor.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
