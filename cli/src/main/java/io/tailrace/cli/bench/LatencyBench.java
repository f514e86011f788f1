package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.ConstantRate;
import io.tailrace.cli.bench.load.Percentiles;
import io.tailrace.cli.bench.load.RatedRun;
import io.tailrace.cli.bench.report.Figure;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.report.Results;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;

/**
 * How long an acknowledgement takes at a constant rate, and how long a single record takes to a consumer that is caught up.
 * Confined to one thread.
 */
final class LatencyBench implements Measurement {

    private final Rounds rounds;
    private final ServerSettings settings;
    private final ConstantRate rate;
    private final Formats formats;
    private final Results results = new Results();

    LatencyBench(Rounds rounds, ServerSettings settings, ConstantRate rate, Formats formats) {
        this.rounds = rounds;
        this.settings = settings;
        this.rate = rate;
        this.formats = formats;
    }

    @Override
    public Report run() {
        try (BenchServers servers = BenchServers.both(settings)) {
            rounds.run(formats.withKafka(), (subject, round) -> measure(servers, subject, round));
        }
        return results;
    }

    private void measure(BenchServers servers, Subject subject, int round) {
        String topic = "latency-" + subject.format() + round;
        BenchTopics.create(servers, subject, topic);
        BenchServers.flushDisks();
        RatedRun.Interval acknowledged = acknowledgements(servers, subject, topic);
        BenchServers.flushDisks();
        Percentiles endToEnd = servers.load()
                .endToEnd(
                        servers.bootstrapServers(subject),
                        topic,
                        rate.recordBytes(),
                        rate.warmUpSeconds(),
                        rate.intervalSeconds());
        BenchTopics.delete(servers, subject, topic);
        if (round > 0) {
            add(subject, acknowledged, endToEnd);
        }
        rounds.say(
                "%-17s  %,.0f records/s acknowledged: %s; end to end: %s",
                subject.label(), acknowledged.recordsPerSecond(), acknowledged.latency(), endToEnd);
    }

    private RatedRun.Interval acknowledgements(BenchServers servers, Subject subject, String topic) {
        try (RatedRun run = servers.load().atConstantRate(servers.bootstrapServers(subject), topic, rate)) {
            return run.await();
        }
    }

    private void add(Subject subject, RatedRun.Interval acknowledged, Percentiles endToEnd) {
        Percentiles latency = acknowledged.latency();
        results.add(Figure.rate("acknowledged"), subject, acknowledged.recordsPerSecond());
        results.add(Figure.time("acknowledgement p50"), subject, latency.p50());
        results.add(Figure.time("acknowledgement p99"), subject, latency.p99());
        results.add(Figure.time("acknowledgement p99.9"), subject, latency.p999());
        results.add(Figure.time("acknowledgement max"), subject, latency.max());
        results.add(Figure.time("end to end p50"), subject, endToEnd.p50());
        results.add(Figure.time("end to end p99"), subject, endToEnd.p99());
    }
}
