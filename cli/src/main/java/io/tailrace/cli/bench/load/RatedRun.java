package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** {@link RatedProducers} that run, interval after interval. Owns: their process. Confined to one thread. */
public final class RatedRun implements AutoCloseable {

    /** Beyond the time of the plan: connecting, and waiting for what is late. */
    private static final Duration SLACK = Duration.ofMinutes(2);

    /**
     * What one interval came to.
     *
     * @param latency from the time at which a record was to be sent to its acknowledgement
     * @param recordsPerSecond that were acknowledged in it
     */
    public record Interval(Percentiles latency, double recordsPerSecond) {}

    private final ClientJvm client;
    private final Path directory;
    private final ConstantRate rate;
    private int next;

    private RatedRun(ClientJvm client, Path directory, ConstantRate rate) {
        this.client = client;
        this.directory = directory;
        this.rate = rate;
    }

    static RatedRun start(Path directory, String bootstrapServers, String topic, ConstantRate rate) {
        try {
            for (int interval = 0; interval < rate.intervals(); interval++) {
                Files.deleteIfExists(RatedProducers.intervalFile(directory, interval));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Object> arguments = new ArrayList<>(List.of(bootstrapServers, topic, directory));
        arguments.addAll(rate.arguments());
        return new RatedRun(ClientJvm.start(RatedProducers.class, directory, arguments.toArray()), directory, rate);
    }

    /** Waits for the end of the next interval. */
    public Interval await() {
        Path file = RatedProducers.intervalFile(directory, next);
        int seconds = rate.intervalSeconds() + (next == 0 ? rate.warmUpSeconds() : 0);
        client.await(file, SLACK.plusSeconds(seconds));
        next++;
        try {
            Histogram latencies = Histograms.read(file);
            Files.delete(file);
            return new Interval(Percentiles.of(latencies), (double) latencies.getTotalCount() / rate.intervalSeconds());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
