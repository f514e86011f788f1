package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.Acknowledgements;
import io.tailrace.cli.bench.load.LoadGenerator;
import io.tailrace.cli.bench.load.Percentiles;
import io.tailrace.cli.bench.report.Median;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;
import io.tailrace.cli.bench.servers.Suspension;
import io.tailrace.cli.bench.servers.TargetTopic;
import io.tailrace.local.ChildProcess;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * How far the target is behind, what the forwarder costs producers, and how fast it works off a backlog from the table and from
 * its slot: the same load with a forwarder and without one, in turns. The forwarder has 256 MiB of heap. Confined to one thread.
 */
final class ShadowBench implements Measurement {

    private static final int RECORD_BYTES = 200;
    private static final int RECORDS_PER_SECOND = 5_000;
    private static final int PACED_SECONDS = 20;
    /** Clients that wait for each acknowledgement: their records come in transactions of few rows. */
    private static final int SMALL_CLIENTS = 16;
    /** They are slower by about as much. */
    private static final int SMALL_SHARE = 10;

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
        private final List<Double> tableRates = new ArrayList<>();
        private final List<Double> slotRates = new ArrayList<>();
        private final List<Double> smallRates = new ArrayList<>();
    }

    private final Rounds rounds;
    private final ServerSettings settings;
    private final long records;
    private final Formats formats;
    private final Map<Subject, Samples> measured = new EnumMap<>(Subject.class);

    /** @param records of a run at full speed, and of a backlog */
    ShadowBench(Rounds rounds, ServerSettings settings, long records, Formats formats) {
        this.rounds = rounds;
        this.settings = settings;
        this.records = records;
        this.formats = formats;
    }

    @Override
    public ShadowResult run() {
        try (BenchServers servers = BenchServers.both(settings)) {
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
            all.tableRates.addAll(samples.tableRates);
            all.slotRates.addAll(samples.slotRates);
            all.smallRates.addAll(samples.smallRates);
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
            slotBacklogs(servers, subject, round, forwarder, samples);
        } finally {
            forwarder.close();
        }
        BenchTopics.delete(servers, subject, topic);
        target.delete();
        double tableRate = tableBacklog(servers, subject, SHADOWED + "table-" + subject.format() + round);
        samples.tableRates.add(tableRate);
        rounds.say("%s, a backlog from the table: %,.0f records/s", subject.label(), tableRate);
    }

    private void slotBacklogs(
            BenchServers servers, Subject subject, int round, ChildProcess forwarder, Samples samples) {
        String address = servers.bootstrapServers(subject);
        double large = slotBacklog(
                servers,
                subject,
                forwarder,
                topics(SHADOWED + "slot-" + subject.format() + round),
                records / settings.engines(),
                topic -> servers.load().produce(address, topic, records / settings.engines(), RECORD_BYTES));
        long few = Math.max(1, records / SMALL_SHARE / SMALL_CLIENTS) * SMALL_CLIENTS;
        double small = slotBacklog(
                servers,
                subject,
                forwarder,
                List.of(SHADOWED + "small-" + subject.format() + round),
                few + SMALL_CLIENTS * LoadGenerator.SMALL_SENDS_WARM_UP,
                topic -> servers.load().smallSends(address, topic, few, RECORD_BYTES, SMALL_CLIENTS));
        samples.slotRates.add(large);
        samples.smallRates.add(small);
        rounds.say(
                "%s, a backlog from the slot: %,.0f records/s; of small transactions %,.0f records/s",
                subject.label(), large, small);
    }

    /** A topic for each engine: made one after the other, they fall into different shares. */
    private List<String> topics(String name) {
        return IntStream.range(0, settings.engines())
                .mapToObj(number -> name + "-" + number)
                .toList();
    }

    /**
     * Records a second from the first to the last that arrives, of what was produced while the forwarder stood still.
     *
     * @param records of each topic
     */
    private static double slotBacklog(
            BenchServers servers,
            Subject subject,
            ChildProcess forwarder,
            List<String> topics,
            long records,
            Consumer<String> load) {
        List<TargetTopic> targets =
                topics.stream().map(topic -> TargetTopic.create(servers, topic)).toList();
        topics.forEach(topic -> BenchTopics.create(servers, subject, topic));
        Suspension.of(forwarder, () -> {
            topics.forEach(load);
            BenchServers.flushDisks();
        });
        targets.forEach(target -> target.await(records));
        double rate = records * targets.size() * 1000.0 / TargetTopic.arrivalMs(targets);
        topics.forEach(topic -> BenchTopics.delete(servers, subject, topic));
        targets.forEach(TargetTopic::delete);
        return rate;
    }

    /** The same of what was produced while no forwarder ran: one that starts reads the table first. */
    private double tableBacklog(BenchServers servers, Subject subject, String topic) {
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
        double rate = records * 1000.0 / TargetTopic.arrivalMs(List.of(target));
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
                Median.of(samples.tableRates),
                Median.of(samples.slotRates),
                Median.of(samples.smallRates));
    }
}
