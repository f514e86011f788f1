package io.tailrace.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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
            names = "--cleaning",
            description = "Measure what cleaning costs producers, without Apache Kafka: a topic that keeps everything"
                    + " against topics that retention and compaction clean while they are produced to.")
    private boolean cleaning;

    @Option(
            names = "--shadow",
            description =
                    "Measure the forwarder: how far the target is behind at 5,000 records of 200 bytes a second, and"
                            + " what producing costs with it and without it.")
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
        if (cleaning) {
            say(progress, "Starting Postgres and the broker; round 0 warms up");
            printCleaning(new CleaningBench(line -> say(progress, line)).run(rounds, records));
            return 0;
        }
        say(progress, "Starting Postgres, the broker and an Apache Kafka");
        if (shadow) {
            printShadow(new ShadowBench(line -> say(progress, line)).run(rounds, records));
            return 0;
        }
        Results results = new Results();
        try (BenchServers servers = new BenchServers()) {
            Runtime.getRuntime().addShutdownHook(new Thread(servers::close, "bench-shutdown"));
            for (int round = 0; round <= rounds; round++) {
                round(servers, round, results, progress);
            }
        }
        print(results);
        return 0;
    }

    /** Round 0 warms up. Who begins changes from round to round. */
    private void round(BenchServers servers, int round, Results results, PrintWriter progress) {
        say(progress, round == 0 ? "Round to warm up" : "Round " + round + " of " + rounds);
        Contender[] order = round % 2 == 0
                ? new Contender[] {Contender.TAILRACE, Contender.KAFKA}
                : new Contender[] {Contender.KAFKA, Contender.TAILRACE};
        for (Workload workload : Workload.ALL) {
            for (Contender contender : order) {
                measure(servers, workload, contender, round, round == 0 ? new Results() : results, progress);
            }
        }
    }

    private void measure(
            BenchServers servers,
            Workload workload,
            Contender contender,
            int round,
            Results results,
            PrintWriter progress) {
        String address = servers.bootstrapServers(contender);
        String topic = "bench-" + workload.recordBytes() + "-" + round;
        long count = workload.records(records);
        LoadGenerator load = new LoadGenerator(servers.directory().resolve("load.log"));
        BenchTopics.create(address, topic);
        flushDisks();
        double produced = load.produce(address, topic, count, workload.recordBytes());
        flushDisks();
        double consumed = load.consume(address, topic, count);
        BenchTopics.delete(address, topic);
        results.add(workload.produceName(), contender, produced);
        results.add(workload.consumeName(), contender, consumed);
        say(
                progress,
                String.format(
                        Locale.ROOT,
                        "  %-8s  %,d records of %,d bytes: produced %,.0f/s, consumed %,.0f/s",
                        contender.label(),
                        count,
                        workload.recordBytes(),
                        produced,
                        consumed));
    }

    /** What one run left to be written must not slow down the next one: Kafka leaves that to the operating system. */
    static void flushDisks() {
        try {
            new ProcessBuilder("sync").start().waitFor(2, TimeUnit.MINUTES);
        } catch (IOException e) {
            throw new UserError("the command `sync` cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void printCleaning(List<CleaningResult> results) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results));
        } else {
            ResultTable.cleaningLines(results).forEach(out::println);
        }
        out.flush();
    }

    private void printShadow(ShadowResult result) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(result));
        } else {
            ResultTable.shadowLines(result).forEach(out::println);
        }
        out.flush();
    }

    private void print(Results results) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results.lines()));
        } else {
            ResultTable.lines(results).forEach(out::println);
        }
        out.flush();
    }

    private static void say(PrintWriter progress, String line) {
        progress.println(line);
        progress.flush();
    }
}
