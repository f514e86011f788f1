package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.Median;
import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.ServerSettings;
import io.tailrace.cli.bench.servers.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What cleaning costs producers: producing to a topic that keeps everything, against topics whose records are removed
 * meanwhile, by age, by size, or because a later record has the same key. Confined to one thread.
 */
final class CleaningBench implements Measurement {

    private static final int RECORD_BYTES = 100;
    private static final int KEYS = 1_000;

    /** Cleaning is measured with a row for each record. */
    private static final Subject SUBJECT = Subject.TAILRACE_RECORDS;

    /** The cleaner looks every second, so that it works all the time. */
    private static final String CLEANER =
            """
            [cleaner]
            retention_check_interval = "1s"
            compaction_check_interval = "1s"
            """;

    /**
     * A topic of the measurement.
     *
     * @param config its settings, beyond the broker's
     */
    private record Kind(String name, Map<String, String> config) {}

    private static final Kind KEEPING = new Kind("keeping", Map.of("retention.ms", "-1"));

    private static final List<Kind> KINDS = List.of(
            KEEPING,
            new Kind("by-time", Map.of("retention.ms", "1000")),
            new Kind("by-size", Map.of("retention.ms", "-1", "retention.bytes", "1048576")),
            new Kind("compacted", Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01")));

    private final Rounds rounds;
    private final ServerSettings settings;
    private final long records;
    private final Map<String, List<Double>> rates = new TreeMap<>();
    private final Map<String, Long> rows = new TreeMap<>();

    /** @param records of each run */
    CleaningBench(Rounds rounds, ServerSettings settings, long records) {
        this.rounds = rounds;
        this.settings = settings;
        this.records = records;
    }

    @Override
    public CleaningResult run() {
        try (BenchServers servers = BenchServers.brokerOnly(settings, CLEANER)) {
            rounds.run(KINDS, (kind, round) -> measure(servers, kind, round));
        }
        return new CleaningResult(KINDS.stream().map(this::line).toList());
    }

    private CleaningResult.Line line(Kind kind) {
        return new CleaningResult.Line(
                kind.name(), median(kind), median(kind) / median(KEEPING), rows.getOrDefault(kind.name(), 0L));
    }

    private double median(Kind kind) {
        return Median.of(rates.getOrDefault(kind.name(), List.of()));
    }

    private void measure(BenchServers servers, Kind kind, int round) {
        String topic = kind.name() + "-" + round;
        BenchTopics.create(servers, SUBJECT, topic, BenchTopics.PARTITIONS, kind.config());
        BenchServers.flushDisks();
        double rate =
                servers.load().produceKeyed(servers.bootstrapServers(SUBJECT), topic, records, RECORD_BYTES, KEYS);
        long left = servers.logTable().rows(topic);
        BenchTopics.delete(servers, SUBJECT, topic);
        if (round > 0) {
            rates.computeIfAbsent(kind.name(), name -> new ArrayList<>()).add(rate);
            rows.put(kind.name(), left);
        }
        rounds.say("%s: %,.0f records/s, %,d rows left", kind.name(), rate, left);
    }
}
