package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.Figure;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.report.Results;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.Subject;

/** How many records a second can be produced and consumed. Confined to one thread. */
final class ThroughputBench implements Measurement {

    private final Rounds rounds;
    private final long records;
    private final Formats formats;
    private final Results results = new Results();

    /** @param records of 100 bytes; of larger ones there are fewer */
    ThroughputBench(Rounds rounds, long records, Formats formats) {
        this.rounds = rounds;
        this.records = records;
        this.formats = formats;
    }

    @Override
    public Report run() {
        try (BenchServers servers = BenchServers.both()) {
            rounds.run(formats.withKafka(), (subject, round) -> {
                for (Workload workload : Workload.ALL) {
                    measure(servers, workload, subject, round);
                }
            });
        }
        return results;
    }

    private void measure(BenchServers servers, Workload workload, Subject subject, int round) {
        String address = servers.bootstrapServers(subject);
        String topic = "bench-" + workload.recordBytes() + "-" + subject.format() + round;
        long count = workload.records(records);
        BenchTopics.create(servers, subject, topic);
        BenchServers.flushDisks();
        double produced = servers.load().produce(address, topic, count, workload.recordBytes());
        BenchServers.flushDisks();
        double consumed = servers.load().consume(address, topic, count);
        BenchTopics.delete(servers, subject, topic);
        if (round > 0) {
            results.add(Figure.rate(workload.produceName()), subject, produced);
            results.add(Figure.rate(workload.consumeName()), subject, consumed);
        }
        rounds.say(
                "%-17s  %,d records of %,d bytes: produced %,.0f records/s, consumed %,.0f records/s",
                subject.label(), count, workload.recordBytes(), produced, consumed);
    }
}
