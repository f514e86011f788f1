package io.tailrace.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.cli.Version;
import io.tailrace.cli.bench.report.Report;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures in rounds, in each of which both contenders get the same load, one after the other. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Measure the broker against an Apache Kafka on this machine: Kafka's own ProducerPerformance and"
                    + " ConsumerPerformance, acks=all, 4 partitions.",
            "Both are started for it on free ports and temporary directories. The first round warms up and does not count."
        })
public final class BenchCommand implements Callable<Integer> {

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds that count; the result is their median (${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "Records of 100 bytes in each round; a quarter as many of 1 KiB (${DEFAULT-VALUE}).")
    private long records = 1_000_000;

    @Option(
            names = "--format",
            paramLabel = "SHAPE",
            converter = Formats.Converter.class,
            description = "The row shape of Tailrace's topics: records, batches, or both in turns (records).")
    private Formats formats = Formats.RECORDS;

    @Option(
            names = "--cleaning",
            description = "Measure what cleaning costs producers, without Apache Kafka: a topic that keeps everything"
                    + " against topics that retention and compaction clean while they are produced to.")
    private boolean cleaning;

    @Option(
            names = "--shadow",
            description =
                    "Measure the forwarder: how far the target is behind at 5,000 records of 200 bytes a second, what"
                            + " producing costs with it and without it, and how fast it works off a backlog.")
    private boolean shadow;

    @Option(names = "--json", description = "Print the medians as JSON on standard output instead of a table.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        if (rounds < 1 || records < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds and --records must be 1 or more");
        }
        PrintWriter progress = spec.commandLine().getErr();
        progress.println("Starting the servers");
        progress.flush();
        print(measurement(progress).run());
        return 0;
    }

    private Measurement measurement(PrintWriter progress) {
        Rounds turns = new Rounds(rounds, line -> {
            progress.println(line);
            progress.flush();
        });
        if (cleaning) {
            return new CleaningBench(turns, records);
        }
        if (shadow) {
            return new ShadowBench(turns, records, formats);
        }
        return new ThroughputBench(turns, records, formats);
    }

    private void print(Report report) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.json()));
        } else {
            report.lines().forEach(out::println);
        }
        out.flush();
    }
}
