package io.tailrace.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.cli.Version;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.servers.ServerSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    private static final int MAX_IDLE_CONSUMERS = 5_000;
    private static final int MAX_SOAK_MINUTES = 7 * 24 * 60;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds that count; the result is their median (${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "Records of 100 bytes in each round; fewer of larger ones (${DEFAULT-VALUE}).")
    private long records = 1_000_000;

    @Option(
            names = "--format",
            paramLabel = "SHAPE",
            converter = Formats.Converter.class,
            description = "The row shape of Tailrace's topics: records, batches, or both in turns (records).")
    private Formats formats = Formats.RECORDS;

    @ArgGroup
    private KindOptions kind = new KindOptions();

    @Mixin
    private RateOptions rate = new RateOptions();

    @Mixin
    private ScaleOptions scale = new ScaleOptions();

    @Mixin
    private ServerOptions servers = new ServerOptions();

    @Option(names = "--json", description = "Print the medians as JSON on standard output instead of a table.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        check();
        PrintWriter progress = spec.commandLine().getErr();
        Measurement measurement = measurement(progress);
        progress.println("Starting the servers");
        progress.flush();
        Report report = measurement.run();
        report.chart().ifPresent(scale::write);
        print(report);
        return 0;
    }

    private void check() {
        if (rounds < 1 || records < 1) {
            throw refused("--rounds and --records must be 1 or more");
        }
        rate.check();
        servers.check();
        for (String refusal : kind.kind().refusals(spec.commandLine().getParseResult()::hasMatchedOption)) {
            throw refused(refusal);
        }
        if (kind.kind() == Kind.SOAK && (kind.soakMinutes() < 1 || kind.soakMinutes() > MAX_SOAK_MINUTES)) {
            throw refused(
                    "--soak must be 1 to " + MAX_SOAK_MINUTES + " minutes, and " + kind.soakMinutes() + " is not");
        }
        if (kind.kind() == Kind.IDLE && (kind.idleConsumers() < 1 || kind.idleConsumers() > MAX_IDLE_CONSUMERS)) {
            throw refused("--idle must be 1 to " + MAX_IDLE_CONSUMERS + " consumers, and " + kind.idleConsumers()
                    + " is not");
        }
        scale.check();
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Measurement measurement(PrintWriter progress) {
        Rounds turns = new Rounds(rounds, line -> {
            progress.println(line);
            progress.flush();
        });
        ServerSettings settings = servers.settings();
        return switch (kind.kind()) {
            case THROUGHPUT -> new ThroughputBench(turns, settings, records, formats);
            case LATENCY -> new LatencyBench(turns, settings, rate.once(), formats);
            case SCALE ->
                new ScaleBench(turns, settings, records, formats, kind.dimension(), scale.values(kind.dimension()));
            case COSTS -> new CostsBench(turns, settings, records, formats);
            case IDLE -> new IdleBench(turns, settings, kind.idleConsumers(), rate.seconds(), formats);
            case SOAK -> new SoakBench(turns, settings, rate.minutes(kind.soakMinutes()), formats);
            case CLEANING -> new CleaningBench(turns, settings, records);
            case SHADOW -> new ShadowBench(turns, settings, records, formats);
        };
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
