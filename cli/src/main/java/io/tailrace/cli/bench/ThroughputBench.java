package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.LoadGenerator;
import io.tailrace.cli.bench.report.Figure;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.report.Results;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;

/**
 * How many records a second can be produced and consumed: at full speed one after the other, at full speed at the same time,
 * and one by one. Confined to one thread.
 */
final class ThroughputBench implements Measurement {

    private static final int SMALL_CLIENTS = 16;
    private static final int SMALL_BYTES = 100;

    /** One by one takes far longer. */
    private static final int SMALL_SHARE = 50;

    private static final Figure SMALL_SENDS = Figure.rate("small-sends-" + SMALL_BYTES);

    private final Rounds rounds;
    private final ServerSettings settings;
    private final long records;
    private final Formats formats;
    private final Results results = new Results();

    /** For so many records of 100 bytes; of larger ones there are fewer. */
    ThroughputBench(Rounds rounds, ServerSettings settings, long records, Formats formats) {
        this.rounds = rounds;
        this.settings = settings;
        this.records = records;
        this.formats = formats;
    }

    @Override
    public Report run() {
        try (BenchServers servers = BenchServers.both(settings)) {
            rounds.run(formats.withKafka(), (subject, round) -> {
                rounds.say("%s:", subject.label());
                for (Workload workload : Workload.ALL) {
                    produceThenConsume(servers, workload, subject, round);
                    consumeHot(servers, workload, subject, round);
                    produceAndTail(servers, workload, subject, round);
                }
                smallSends(servers, subject, round);
            });
        }
        return results;
    }

    private void produceThenConsume(BenchServers servers, Workload workload, Subject subject, int round) {
        String address = servers.bootstrapServers(subject);
        String topic = topic("bench-" + workload.recordBytes(), subject, round);
        long count = workload.records(records);
        BenchTopics.create(servers, subject, topic);
        BenchServers.flushDisks();
        add(workload.produce(), subject, round, servers.load().produce(address, topic, count, workload.recordBytes()));
        ColdReads.prepare(servers, subject, topic);
        add(workload.consumeCold(), subject, round, servers.load().consume(address, topic, count));
        BenchTopics.delete(servers, subject, topic);
    }

    private void consumeHot(BenchServers servers, Workload workload, Subject subject, int round) {
        String address = servers.bootstrapServers(subject);
        String topic = topic("hot-" + workload.recordBytes(), subject, round);
        long count = workload.recentRecords(records);
        BenchTopics.create(servers, subject, topic);
        servers.load().produce(address, topic, count, workload.recordBytes());
        BenchServers.flushDisks();
        add(workload.consumeHot(), subject, round, servers.load().consume(address, topic, count));
        BenchTopics.delete(servers, subject, topic);
    }

    private void produceAndTail(BenchServers servers, Workload workload, Subject subject, int round) {
        String topic = topic("tail-" + workload.recordBytes(), subject, round);
        BenchTopics.create(servers, subject, topic);
        BenchServers.flushDisks();
        LoadGenerator.TailRates rates = servers.load()
                .produceAndTail(
                        servers.bootstrapServers(subject), topic, workload.records(records), workload.recordBytes());
        add(workload.produceWithTail(), subject, round, rates.produced());
        add(workload.consumeTail(), subject, round, rates.consumed());
        BenchTopics.delete(servers, subject, topic);
    }

    private void smallSends(BenchServers servers, Subject subject, int round) {
        String topic = topic("small-sends", subject, round);
        BenchTopics.create(servers, subject, topic);
        BenchServers.flushDisks();
        double rate = servers.load()
                .smallSends(
                        servers.bootstrapServers(subject),
                        topic,
                        Math.max(1, records / SMALL_SHARE),
                        SMALL_BYTES,
                        SMALL_CLIENTS);
        add(SMALL_SENDS, subject, round, rate);
        BenchTopics.delete(servers, subject, topic);
    }

    private static String topic(String purpose, Subject subject, int round) {
        return purpose + "-" + subject.format() + round;
    }

    private void add(Figure figure, Subject subject, int round, double value) {
        if (round > 0) {
            results.add(figure, subject, value);
        }
        rounds.say("  %-24s %,12.0f %s", figure.workload(), value, figure.unit());
    }
}
