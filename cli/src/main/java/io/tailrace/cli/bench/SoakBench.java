package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.ConstantRate;
import io.tailrace.cli.bench.load.RatedRun;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.HeapWatch;
import io.tailrace.cli.bench.servers.LogTable;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;
import io.tailrace.local.FreePorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether the broker stays as it is at a constant rate while retention deletes what is older than a minute and autovacuum
 * clears it away. Confined to one thread.
 */
final class SoakBench implements Measurement {

    private static final String TOPIC = "soak";
    private static final Map<String, String> RETENTION = Map.of("retention.ms", "60000");

    private final Rounds rounds;
    private final ServerSettings settings;
    private final ConstantRate rate;
    private final Formats formats;

    /** For as many minutes as the rate has intervals; of the rounds only the progress is used. */
    SoakBench(Rounds rounds, ServerSettings settings, ConstantRate rate, Formats formats) {
        this.rounds = rounds;
        this.settings = settings;
        this.rate = rate;
        this.formats = formats;
    }

    @Override
    public SoakResult run() {
        return new SoakResult(formats.tailrace().stream().map(this::run).toList());
    }

    /** Each row shape has servers of its own. */
    private SoakResult.Run run(Subject subject) {
        int metricsPort = FreePorts.next();
        String sections =
                """
                [cleaner]
                retention_check_interval = "5s"
                [metrics]
                port = %d
                """
                        .formatted(metricsPort);
        List<SoakResult.Minute> minutes = new ArrayList<>();
        try (BenchServers servers = BenchServers.brokerOnly(settings, sections)) {
            BenchTopics.create(servers, subject, TOPIC, BenchTopics.PARTITIONS, RETENTION);
            LogTable table = servers.logTable();
            try (HeapWatch heap = new HeapWatch(metricsPort);
                    RatedRun load = servers.load().atConstantRate(servers.bootstrapServers(subject), TOPIC, rate)) {
                for (int minute = 1; minute <= rate.intervals(); minute++) {
                    minutes.add(SoakResult.Minute.of(minute, load.await(), table.state(TOPIC), heap.leastBytes()));
                    say(subject, minutes.get(minutes.size() - 1));
                }
            }
        }
        return SoakResult.Run.of(subject.format(), minutes);
    }

    private void say(Subject subject, SoakResult.Minute minute) {
        rounds.say(
                "%s, minute %d of %d: %,.0f records/s, p50 %.2f ms, p99 %.2f ms, table %,.1f MiB, %,d dead rows,"
                        + " %d autovacuums, heap %,.1f MiB",
                subject.label(),
                minute.minute(),
                rate.intervals(),
                minute.recordsPerSecond(),
                minute.p50(),
                minute.p99(),
                minute.tableMiB(),
                minute.deadRows(),
                minute.autovacuums(),
                minute.heapMiB());
    }
}
