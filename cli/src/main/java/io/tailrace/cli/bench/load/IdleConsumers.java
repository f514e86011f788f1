package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Consumers that have read everything and wait for records which never come, each with a fetch on its way. A program of its
 * own: makes a file when all of them wait, and goes on until it is ended. Public, since it is started as a program.
 */
public final class IdleConsumers {

    private static final int THREADS = 4;
    /** So soon after an answer the next fetch goes out. */
    private static final long ROUND_MS = 50;

    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private IdleConsumers() {}

    /**
     * Arguments: address, topic, consumers, the file that says that all are there.
     *
     * @throws IllegalStateException if they are not within two minutes
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int consumers = Integer.parseInt(args[2]);
        CountDownLatch waiting = new CountDownLatch(consumers);
        for (int thread = 0; thread < THREADS; thread++) {
            int share = consumers / THREADS + (thread < consumers % THREADS ? 1 : 0);
            new Thread(() -> run(args[0], args[1], share, waiting), "consumers-" + thread).start();
        }
        if (!waiting.await(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(waiting.getCount() + " of " + consumers + " consumers are not connected");
        }
        Files.createFile(Path.of(args[3]));
    }

    private static void run(String bootstrapServers, String topic, int count, CountDownLatch waiting) {
        List<KafkaConsumer<byte[], byte[]>> consumers = new ArrayList<>();
        for (int consumer = 0; consumer < count; consumer++) {
            consumers.add(Clients.consumerAtTheEnd(bootstrapServers, topic));
            poll(consumers);
            waiting.countDown();
        }
        while (!Thread.currentThread().isInterrupted()) {
            long startNs = System.nanoTime();
            poll(consumers);
            pause(Math.max(1, ROUND_MS - (System.nanoTime() - startNs) / 1_000_000));
        }
    }

    private static void poll(List<KafkaConsumer<byte[], byte[]>> consumers) {
        for (KafkaConsumer<byte[], byte[]> consumer : consumers) {
            consumer.poll(Duration.ZERO);
        }
    }

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
