package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.Figure;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.report.Results;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.Contender;
import io.tailrace.cli.bench.servers.Costs;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;

/** What producing and consuming cost the servers: processor time, write-ahead log, disk and heap. Confined to one thread. */
final class CostsBench implements Measurement {

    private static final String CPU_UNIT = "s per million records";
    private static final String BYTES_UNIT = "bytes per byte produced";
    private static final double MILLION = 1e6;
    private static final double MEBIBYTE = 1024.0 * 1024;

    private final Rounds rounds;
    private final ServerSettings settings;
    private final long records;
    private final Formats formats;
    private final Results results = new Results();

    /** For so many records of 100 bytes; of larger ones there are fewer. */
    CostsBench(Rounds rounds, ServerSettings settings, long records, Formats formats) {
        this.rounds = rounds;
        this.settings = settings;
        this.records = records;
        this.formats = formats;
    }

    @Override
    public Report run() {
        try (BenchServers servers = BenchServers.both(settings)) {
            Costs costs = new Costs(servers);
            rounds.run(formats.withKafka(), (subject, round) -> {
                rounds.say("%s:", subject.label());
                for (Workload workload : Workload.ALL) {
                    measure(servers, costs, workload, subject, round);
                }
                add(new Figure("heap after load", "MiB"), subject, round, costs.heapBytes(subject) / MEBIBYTE);
            });
        }
        return results;
    }

    private void measure(BenchServers servers, Costs costs, Workload workload, Subject subject, int round) {
        String address = servers.bootstrapServers(subject);
        int bytes = workload.recordBytes();
        String topic = "costs-" + bytes + "-" + subject.format() + round;
        long count = workload.records(records);
        double payload = (double) count * bytes;
        BenchTopics.create(servers, subject, topic);
        BenchServers.flushDisks();
        long walBefore = servers.logTable().walBytes();
        Costs.Processor before = costs.processor(subject);
        servers.load().produce(address, topic, count, bytes);
        addProcessor(
                "produce-" + bytes, subject, round, costs.processor(subject).since(before), count);
        if (subject.contender() == Contender.TAILRACE) {
            double wal = (servers.logTable().walBytes() - walBefore) / payload;
            add(new Figure("produce-" + bytes + ": write-ahead log", BYTES_UNIT), subject, round, wal);
        }
        ColdReads.prepare(servers, subject, topic);
        before = costs.processor(subject);
        servers.load().consume(address, topic, count);
        addProcessor(
                "consume-" + bytes, subject, round, costs.processor(subject).since(before), count);
        double disk = costs.logBytes(subject, topic) / payload;
        add(new Figure("log of produce-" + bytes + " on disk", BYTES_UNIT), subject, round, disk);
        BenchTopics.delete(servers, subject, topic);
    }

    private void addProcessor(String what, Subject subject, int round, Costs.Processor used, long count) {
        double perMillion = MILLION / count;
        add(new Figure(what + ": CPU", CPU_UNIT), subject, round, used.total() * perMillion);
        if (subject.contender() == Contender.TAILRACE) {
            add(new Figure(what + ": CPU of the broker", CPU_UNIT), subject, round, used.server() * perMillion);
            add(new Figure(what + ": CPU of Postgres", CPU_UNIT), subject, round, used.postgres() * perMillion);
        }
    }

    private void add(Figure figure, Subject subject, int round, double value) {
        // In the round that warms up Tailrace begins, which has figures that Kafka has not.
        results.expect(figure);
        if (round > 0) {
            results.add(figure, subject, value);
        }
        rounds.say("  %-34s %,10.2f %s", figure.workload(), value, figure.unit());
    }
}
