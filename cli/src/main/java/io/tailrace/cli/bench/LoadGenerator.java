package io.tailrace.cli.bench;

import io.tailrace.cli.UserError;
import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.tools.ConsumerPerformance;
import org.apache.kafka.tools.ProducerPerformance;

/**
 * Kafka's own perf tools, {@link KeyedProducer} and {@link PacedProducer}, each run in a new JVM, so that neither contender finds a client warmed up by the other, and
 * the numbers that they print. Confined to one thread.
 */
final class LoadGenerator {

    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final List<String> CLIENT_JVM = List.of(
            "-Xms512m",
            "-Xmx512m",
            "-Duser.language=en",
            "-Dlogback.configurationFile=io/tailrace/cli/logback-quiet.xml");

    private final Path logFile;

    LoadGenerator(Path logFile) {
        this.logFile = logFile;
    }

    /** Records a second, as ProducerPerformance sees it; every record must have been acknowledged. */
    double produce(String bootstrapServers, String topic, long records, int recordBytes) {
        List<String> output = run(
                ProducerPerformance.class,
                List.of(
                        "--bootstrap-server",
                        bootstrapServers,
                        "--topic",
                        topic,
                        "--num-records",
                        Long.toString(records),
                        "--record-size",
                        Integer.toString(recordBytes),
                        "--throughput",
                        "-1",
                        "--command-property",
                        "acks=all"));
        return PerfOutput.producer(output, records);
    }

    /** Records a second, over that many keys; every record must have been acknowledged. */
    double produceKeyed(String bootstrapServers, String topic, long records, int recordBytes, int keys) {
        List<String> arguments = List.of(
                bootstrapServers, topic, Long.toString(records), Integer.toString(recordBytes), Integer.toString(keys));
        return PerfOutput.keyedProducer(run(KeyedProducer.class, arguments), records);
    }

    /** So many records a second; every record must have been acknowledged. */
    Acknowledgements producePaced(String bootstrapServers, String topic, int records, int perSecond, int recordBytes) {
        Path acknowledgements = logFile.resolveSibling("acknowledgements");
        run(
                PacedProducer.class,
                List.of(
                        bootstrapServers,
                        topic,
                        Integer.toString(records),
                        Integer.toString(perSecond),
                        Integer.toString(recordBytes),
                        acknowledgements.toString()));
        try {
            return Acknowledgements.read(acknowledgements);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Records a second, as ConsumerPerformance sees it, without the time of joining its group; every record must have arrived. */
    double consume(String bootstrapServers, String topic, long records) {
        List<String> output = run(
                ConsumerPerformance.class,
                List.of(
                        "--bootstrap-server",
                        bootstrapServers,
                        "--topic",
                        topic,
                        "--num-records",
                        Long.toString(records),
                        "--timeout",
                        "60000",
                        "--hide-header"));
        return PerfOutput.consumer(output, records);
    }

    private List<String> run(Class<?> tool, List<String> arguments) {
        try {
            Files.deleteIfExists(logFile);
            try (ChildProcess child = ChildJvm.start(tool.getSimpleName(), CLIENT_JVM, tool, arguments, logFile)) {
                if (!child.waitFor(LIMIT)) {
                    throw new UserError(tool.getSimpleName() + " did not end within " + LIMIT.toMinutes() + " minutes");
                }
                if (child.onExit().join() != 0) {
                    throw new UserError(tool.getSimpleName() + " failed:\n" + child.logTail(20));
                }
            }
            return Files.readAllLines(logFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
