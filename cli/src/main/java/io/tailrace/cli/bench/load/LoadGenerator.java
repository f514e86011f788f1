package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
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

    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final Path directory;

    /** What the programs print and write goes to the directory. */
    public LoadGenerator(Path directory) {
        this.directory = directory;
    }

    /** Records a second, as ProducerPerformance sees it; every record must have been acknowledged. */
    public double produce(String bootstrapServers, String topic, long records, int recordBytes) {
        List<String> output = run(
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
                run(KeyedProducer.class, bootstrapServers, topic, records, recordBytes, keys), records);
    }

    /** So many records a second; every record must have been acknowledged. */
    public Acknowledgements producePaced(
            String bootstrapServers, String topic, int records, int perSecond, int recordBytes) {
        Path acknowledgements = directory.resolve("acknowledgements");
        run(PacedProducer.class, bootstrapServers, topic, records, perSecond, recordBytes, acknowledgements);
        try {
            return Acknowledgements.read(acknowledgements);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Records a second, as ConsumerPerformance sees it, without the time of joining its group; every record must have arrived. */
    public double consume(String bootstrapServers, String topic, long records) {
        List<String> output = run(
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

    private List<String> run(Class<?> program, Object... arguments) {
        try (ClientJvm client = ClientJvm.start(program, directory, arguments)) {
            return client.output(LIMIT);
        }
    }
}
