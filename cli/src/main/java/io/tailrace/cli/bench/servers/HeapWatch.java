package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The broker's heap while it works, from its metrics. What is used goes up until the next collection; the least of a minute
 * tells what the collections leave. Thread-safe. Owns: the thread that looks.
 */
public final class HeapWatch implements AutoCloseable {

    private static final Pattern HEAP =
            Pattern.compile("^jvm_memory_used_bytes\\{.*area=\"heap\".*} ([\\d.E+]+)$", Pattern.MULTILINE);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int EVERY_SECONDS = 2;
    private static final long NOTHING = Long.MAX_VALUE;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private final URI metrics;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "heap-watch");
        daemon.setDaemon(true);
        return daemon;
    });
    private long leastBytes = NOTHING;

    /** Looks at the broker whose metrics are served at the port. */
    public HeapWatch(int metricsPort) {
        this.metrics = URI.create("http://127.0.0.1:" + metricsPort + "/metrics");
        var unused = thread.scheduleAtFixedRate(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /** The least that was used since this was asked last. */
    public synchronized long leastBytes() {
        if (leastBytes == NOTHING) {
            throw new UserError("the broker's heap could not be read at " + metrics);
        }
        long least = leastBytes;
        leastBytes = NOTHING;
        return least;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** The sum of the parts of the heap, of the text that is served to Prometheus. */
    static long usedBytes(String text) {
        return (long) HEAP.matcher(text)
                .results()
                .mapToDouble(part -> Double.parseDouble(part.group(1)))
                .sum();
    }

    private void look() {
        try {
            HttpRequest request = HttpRequest.newBuilder(metrics).timeout(LIMIT).build();
            note(usedBytes(
                    client.send(request, HttpResponse.BodyHandlers.ofString()).body()));
        } catch (IOException e) {
            // A look that fails is left out; that all of a minute failed, leastBytes tells.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void note(long bytes) {
        if (bytes > 0) {
            leastBytes = Math.min(leastBytes, bytes);
        }
    }
}
