package io.tailrace.cli.bench;

import io.tailrace.local.ChildProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * How far the target is behind, and what the forwarder costs producers: the same load with a forwarder and without one, in
 * turns. The forwarder has 256 MiB of heap. Confined to one thread.
 */
final class ShadowBench {

    private static final int RECORD_BYTES = 200;
    private static final int RECORDS_PER_SECOND = 5_000;
    private static final int PACED_SECONDS = 20;

    /** The topics of the runs without a forwarder: what lies in them is not to be caught up with later. */
    private static final String ALONE = "alone-";

    private static final String SHADOWED = "shadowed-";

    /** What one run came to; there is a lag only with a forwarder. */
    private record Run(Percentiles latency, double rate) {}

    private final Consumer<String> progress;
    private final List<Run> alone = new ArrayList<>();
    private final List<Run> shadowed = new ArrayList<>();
    private final List<Percentiles> lags = new ArrayList<>();

    ShadowBench(Consumer<String> progress) {
        this.progress = progress;
    }

    /**
     * Round 0 warms up. Who begins changes from round to round.
     *
     * @param records of a run at full speed
     */
    ShadowResult run(int rounds, long records) {
        try (BenchServers servers = BenchServers.withTarget()) {
            Runtime.getRuntime().addShutdownHook(new Thread(servers::close, "bench-shutdown"));
            for (int round = 0; round <= rounds; round++) {
                if (round % 2 == 0) {
                    alone(servers, round, records);
                    shadowed(servers, round, records);
                } else {
                    shadowed(servers, round, records);
                    alone(servers, round, records);
                }
                if (round == 0) {
                    forgetWarmUp();
                }
            }
        }
        return result();
    }

    private void forgetWarmUp() {
        alone.clear();
        shadowed.clear();
        lags.clear();
    }

    private void alone(BenchServers servers, int round, long records) {
        String topic = ALONE + round;
        String address = servers.bootstrapServers(Contender.TAILRACE);
        BenchTopics.create(address, topic);
        Percentiles latency = paced(servers, topic).latency();
        BenchTopics.delete(address, topic);
        double rate = fullSpeed(servers, ALONE + "fast-" + round, records);
        alone.add(new Run(latency, rate));
        say(round, "without a forwarder", "producing " + latency, rate);
    }

    private void shadowed(BenchServers servers, int round, long records) {
        String topic = SHADOWED + round;
        String address = servers.bootstrapServers(Contender.TAILRACE);
        TargetTopic target = TargetTopic.create(servers.bootstrapServers(Contender.KAFKA), topic);
        BenchTopics.create(address, topic);
        ChildProcess forwarder = servers.startForwarder(ALONE + "*");
        try {
            warmUp(servers, round);
            Acknowledgements acknowledged = paced(servers, topic);
            target.await(acknowledged.size());
            Percentiles lag = target.lag(acknowledged);
            BenchTopics.delete(address, topic);
            target.delete();
            double rate = fullSpeed(servers, SHADOWED + "fast-" + round, records);
            lags.add(lag);
            shadowed.add(new Run(acknowledged.latency(), rate));
            say(round, "with a forwarder", "producing " + acknowledged.latency() + "; lag " + lag, rate);
        } finally {
            forwarder.close();
        }
    }

    /** A forwarder that has just started reads the table first, and its JVM is cold. */
    private void warmUp(BenchServers servers, int round) {
        String topic = SHADOWED + "warm-up-" + round;
        TargetTopic target = TargetTopic.create(servers.bootstrapServers(Contender.KAFKA), topic);
        BenchTopics.create(servers.bootstrapServers(Contender.TAILRACE), topic);
        target.await(paced(servers, topic).size());
        BenchTopics.delete(servers.bootstrapServers(Contender.TAILRACE), topic);
        target.delete();
    }

    private static Acknowledgements paced(BenchServers servers, String topic) {
        BenchCommand.flushDisks();
        return load(servers)
                .producePaced(
                        servers.bootstrapServers(Contender.TAILRACE),
                        topic,
                        PACED_SECONDS * RECORDS_PER_SECOND,
                        RECORDS_PER_SECOND,
                        RECORD_BYTES);
    }

    private static double fullSpeed(BenchServers servers, String topic, long records) {
        String address = servers.bootstrapServers(Contender.TAILRACE);
        BenchTopics.create(address, topic);
        BenchCommand.flushDisks();
        double rate = load(servers).produce(address, topic, records, RECORD_BYTES);
        BenchTopics.delete(address, topic);
        return rate;
    }

    private static LoadGenerator load(BenchServers servers) {
        return new LoadGenerator(servers.directory().resolve("load.log"));
    }

    private ShadowResult result() {
        double aloneRate = median(alone, Run::rate);
        double shadowedRate = median(shadowed, Run::rate);
        return new ShadowResult(
                median(lags, Percentiles::p50),
                median(lags, Percentiles::p99),
                median(lags, Percentiles::p999),
                median(alone, run -> run.latency().p50()),
                median(alone, run -> run.latency().p99()),
                median(shadowed, run -> run.latency().p50()),
                median(shadowed, run -> run.latency().p99()),
                aloneRate,
                shadowedRate,
                shadowedRate / aloneRate);
    }

    private static <T> double median(List<T> runs, ToDoubleFunction<T> figure) {
        return Results.median(
                runs.stream().map(run -> figure.applyAsDouble(run)).toList());
    }

    private void say(int round, String how, String times, double rate) {
        progress.accept(String.format(
                Locale.ROOT, "  round %d, %s: %s; at full speed %,.0f records/s", round, how, times, rate));
    }
}
