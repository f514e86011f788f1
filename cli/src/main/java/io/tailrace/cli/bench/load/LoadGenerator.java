package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.tools.ConsumerPerformance;
import org.apache.kafka.tools.ProducerPerformance;

/**
 * Kafka's own perf tools and the programs of this package, each run in a {@link ClientJvm}, and the numbers that they print.
 * Confined to one thread.
 */
public final class LoadGenerator {

    /** What each client of {@link #smallSends} sends before anything counts. */
    public static final int SMALL_SENDS_WARM_UP = SmallSends.WARM_UP;

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration IDLE_LIMIT = Duration.ofMinutes(3);
    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final Path directory;

    /** What the programs print and write goes to the directory. */
    public LoadGenerator(Path directory) {
        this.directory = directory;
    }

    /** Records a second, as ProducerPerformance sees it; every record must have been acknowledged. */
    public double produce(String bootstrapServers, String topic, long records, int recordBytes) {
        List<String> output = run(
                limit(records),
                ProducerPerformance.class,
                "--bootstrap-server",
                bootstrapServers,
                "--topic",
                topic,
                "--num-records",
                records,
                "--record-size",
                recordBytes,
                "--throughput",
                "-1",
                "--command-property",
                "acks=all");
        return PerfOutput.producer(output, records);
    }

    /** Records a second, over that many keys; every record must have been acknowledged. */
    public double produceKeyed(String bootstrapServers, String topic, long records, int recordBytes, int keys) {
        return PerfOutput.program(
                run(limit(records), KeyedProducer.class, bootstrapServers, topic, records, recordBytes, keys), records);
    }

    /** So many records a second; every record must have been acknowledged. */
    public Acknowledgements producePaced(
            String bootstrapServers, String topic, int records, int perSecond, int recordBytes) {
        Path acknowledgements = directory.resolve("acknowledgements");
        run(
                limit(records),
                PacedProducer.class,
                bootstrapServers,
                topic,
                records,
                perSecond,
                recordBytes,
                acknowledgements);
        try {
            return Acknowledgements.read(acknowledgements);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Records a second, as ConsumerPerformance sees it, without the time of joining its group; every record must have arrived. */
    public double consume(String bootstrapServers, String topic, long records) {
        List<String> output = run(
                limit(records),
                ConsumerPerformance.class,
                "--bootstrap-server",
                bootstrapServers,
                "--topic",
                topic,
                "--num-records",
                records,
                "--timeout",
                60_000,
                "--hide-header");
        return PerfOutput.consumer(output, records);
    }

    /** Records a second of so many producers together, as fast as they are acknowledged. */
    public double produceInParallel(
            String bootstrapServers, String topic, long records, int recordBytes, int producers) {
        return PerfOutput.program(
                run(limit(records), ParallelProducers.class, bootstrapServers, topic, records, recordBytes, producers),
                records);
    }

    /** Records a second of clients that each wait for an acknowledgement before they send the next record. */
    public double smallSends(String bootstrapServers, String topic, long records, int recordBytes, int clients) {
        return PerfOutput.program(
                run(limit(records), SmallSends.class, bootstrapServers, topic, records, recordBytes, clients), records);
    }

    /** A producer at full speed, and a consumer that was waiting for its first record. */
    public TailRates produceAndTail(String bootstrapServers, String topic, long records, int recordBytes) {
        Path ready = directory.resolve("tail-consumer.ready");
        delete(ready);
        try (ClientJvm consumer =
                ClientJvm.start(TailConsumer.class, directory, bootstrapServers, topic, records, ready)) {
            consumer.await(ready, START_LIMIT);
            double produced = produce(bootstrapServers, topic, records, recordBytes);
            return new TailRates(produced, PerfOutput.program(consumer.output(limit(records)), records));
        }
    }

    /** What {@link #produceAndTail} came to, in records a second. */
    public record TailRates(double produced, double consumed) {}

    /** Starts so many consumers that are caught up, and waits until they are; the caller closes them. */
    public ClientJvm idleConsumers(String bootstrapServers, String topic, int consumers) {
        Path ready = directory.resolve("idle-consumers.ready");
        delete(ready);
        ClientJvm client = ClientJvm.start(IdleConsumers.class, directory, bootstrapServers, topic, consumers, ready);
        boolean waiting = false;
        try {
            client.await(ready, IDLE_LIMIT);
            waiting = true;
            return client;
        } finally {
            if (!waiting) {
                client.close();
            }
        }
    }

    /** Starts producers that share a constant rate; the caller closes them. */
    public RatedRun atConstantRate(String bootstrapServers, String topic, ConstantRate rate) {
        return RatedRun.start(directory, bootstrapServers, topic, rate);
    }

    /** From a producer to a consumer that is caught up, one record at a time. */
    public Percentiles endToEnd(
            String bootstrapServers, String topic, int recordBytes, int warmUpSeconds, int seconds) {
        Path latencies = directory.resolve("end-to-end");
        delete(latencies);
        run(
                LIMIT.plusSeconds(warmUpSeconds + seconds),
                EndToEnd.class,
                bootstrapServers,
                topic,
                recordBytes,
                warmUpSeconds,
                seconds,
                latencies);
        try {
            return Percentiles.of(Histograms.read(latencies));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Below a thousand a second there is something wrong. */
    private static Duration limit(long records) {
        return LIMIT.plusMillis(records);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> run(Duration limit, Class<?> program, Object... arguments) {
        try (ClientJvm client = ClientJvm.start(program, directory, arguments)) {
            return client.output(limit);
        }
    }
}
