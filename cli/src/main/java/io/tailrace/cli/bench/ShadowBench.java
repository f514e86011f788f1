package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.Acknowledgements;
import io.tailrace.cli.bench.load.Percentiles;
import io.tailrace.cli.bench.report.Median;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.Subject;
import io.tailrace.cli.bench.servers.TargetTopic;
import io.tailrace.local.ChildProcess;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How far the target is behind, what the forwarder costs producers, and how fast it works off a backlog: the same load with
 * a forwarder and without one, in turns. The forwarder has 256 MiB of heap. Confined to one thread.
 */
final class ShadowBench implements Measurement {

    private static final int RECORD_BYTES = 200;
    private static final int RECORDS_PER_SECOND = 5_000;
    private static final int PACED_SECONDS = 20;

    /** The topics of the runs without a forwarder: what lies in them is not to be caught up with later. */
    private static final String ALONE = "alone-";

    private static final String SHADOWED = "shadowed-";

    /** What producing came to. */
    private record Run(Percentiles latency, double rate) {}

    /** What was measured with one row shape. */
    private static final class Samples {
        private final List<Run> alone = new ArrayList<>();
        private final List<Run> shadowed = new ArrayList<>();
        private final List<Percentiles> lags = new ArrayList<>();
        private final List<Double> backlogRates = new ArrayList<>();
    }

    private final Rounds rounds;
    private final long records;
    private final Formats formats;
    private final Map<Subject, Samples> measured = new EnumMap<>(Subject.class);

    /** @param records of a run at full speed, and of a backlog */
    ShadowBench(Rounds rounds, long records, Formats formats) {
        this.rounds = rounds;
        this.records = records;
        this.formats = formats;
    }

    @Override
    public ShadowResult run() {
        try (BenchServers servers = BenchServers.both()) {
            rounds.run(formats.tailrace(), (subject, round) -> measure(servers, subject, round));
        }
        return new ShadowResult(measured.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .toList());
    }

    private void measure(BenchServers servers, Subject subject, int round) {
        Samples samples = new Samples();
        if (round % 2 == 0) {
            alone(servers, subject, round, samples);
            shadowed(servers, subject, round, samples);
        } else {
            shadowed(servers, subject, round, samples);
            alone(servers, subject, round, samples);
        }
        if (round > 0) {
            Samples all = measured.computeIfAbsent(subject, unused -> new Samples());
            all.alone.addAll(samples.alone);
            all.shadowed.addAll(samples.shadowed);
            all.lags.addAll(samples.lags);
            all.backlogRates.addAll(samples.backlogRates);
        }
    }

    private void alone(BenchServers servers, Subject subject, int round, Samples samples) {
        String topic = ALONE + subject.format() + round;
        BenchTopics.create(servers, subject, topic);
        Percentiles latency = paced(servers, subject, topic).latency();
        BenchTopics.delete(servers, subject, topic);
        double rate = fullSpeed(servers, subject, ALONE + "fast-" + subject.format() + round);
        samples.alone.add(new Run(latency, rate));
        rounds.say(
                "%s, without a forwarder: producing %s; at full speed %,.0f records/s", subject.label(), latency, rate);
    }

    private void shadowed(BenchServers servers, Subject subject, int round, Samples samples) {
        String topic = SHADOWED + subject.format() + round;
        TargetTopic target = TargetTopic.create(servers, topic);
        BenchTopics.create(servers, subject, topic);
        ChildProcess forwarder = startForwarder(servers);
        try {
            catchUp(servers, subject, SHADOWED + "warm-up-" + subject.format() + round);
            Acknowledgements acknowledged = paced(servers, subject, topic);
            target.await(acknowledged.size());
            Percentiles lag = target.lag(acknowledged);
            double rate = fullSpeed(servers, subject, SHADOWED + "fast-" + subject.format() + round);
            samples.lags.add(lag);
            samples.shadowed.add(new Run(acknowledged.latency(), rate));
            rounds.say(
                    "%s, with a forwarder: producing %s; lag %s; at full speed %,.0f records/s",
                    subject.label(), acknowledged.latency(), lag, rate);
            // What was deleted at full speed still comes down the stream: it is not part of the backlog.
            catchUp(servers, subject, SHADOWED + "caught-up-" + subject.format() + round);
        } finally {
            forwarder.close();
        }
        BenchTopics.delete(servers, subject, topic);
        target.delete();
        double backlogRate = backlog(servers, subject, SHADOWED + "backlog-" + subject.format() + round);
        samples.backlogRates.add(backlogRate);
        rounds.say("%s, a backlog into the target: %,.0f records/s", subject.label(), backlogRate);
    }

    /** Records a second from the first to the last that arrives, of what was produced while no forwarder ran. */
    private double backlog(BenchServers servers, Subject subject, String topic) {
        TargetTopic target = TargetTopic.create(servers, topic);
        BenchTopics.create(servers, subject, topic);
        servers.load().produce(servers.bootstrapServers(subject), topic, records, RECORD_BYTES);
        BenchServers.flushDisks();
        ChildProcess forwarder = startForwarder(servers);
        try {
            target.await(records);
        } finally {
            forwarder.close();
        }
        double rate = records * 1000.0 / target.arrivalMs();
        BenchTopics.delete(servers, subject, topic);
        target.delete();
        return rate;
    }

    private static ChildProcess startForwarder(BenchServers servers) {
        return servers.startForwarder(ALONE + "*");
    }

    /** A forwarder that has just started reads the table first, and its JVM is cold. */
    private static void catchUp(BenchServers servers, Subject subject, String topic) {
        TargetTopic target = TargetTopic.create(servers, topic);
        BenchTopics.create(servers, subject, topic);
        target.await(paced(servers, subject, topic).size());
        BenchTopics.delete(servers, subject, topic);
        target.delete();
    }

    private static Acknowledgements paced(BenchServers servers, Subject subject, String topic) {
        BenchServers.flushDisks();
        return servers.load()
                .producePaced(
                        servers.bootstrapServers(subject),
                        topic,
                        PACED_SECONDS * RECORDS_PER_SECOND,
                        RECORDS_PER_SECOND,
                        RECORD_BYTES);
    }

    private double fullSpeed(BenchServers servers, Subject subject, String topic) {
        BenchTopics.create(servers, subject, topic);
        BenchServers.flushDisks();
        double rate = servers.load().produce(servers.bootstrapServers(subject), topic, records, RECORD_BYTES);
        BenchTopics.delete(servers, subject, topic);
        return rate;
    }

    private static ShadowResult.Line line(Subject subject, Samples samples) {
        double aloneRate = Median.of(samples.alone, Run::rate);
        double shadowedRate = Median.of(samples.shadowed, Run::rate);
        return new ShadowResult.Line(
                subject.format(),
                Median.of(samples.lags, Percentiles::p50),
                Median.of(samples.lags, Percentiles::p99),
                Median.of(samples.lags, Percentiles::p999),
                Median.of(samples.alone, run -> run.latency().p50()),
                Median.of(samples.alone, run -> run.latency().p99()),
                Median.of(samples.shadowed, run -> run.latency().p50()),
                Median.of(samples.shadowed, run -> run.latency().p99()),
                aloneRate,
                shadowedRate,
                shadowedRate / aloneRate,
                Median.of(samples.backlogRates));
    }
}
