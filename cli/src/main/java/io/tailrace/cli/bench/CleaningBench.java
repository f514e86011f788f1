package io.tailrace.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What cleaning costs producers: producing to a topic that keeps everything, against topics whose records are removed
 * meanwhile, by age, by size, or because a later record has the same key. Confined to one thread.
 */
final class CleaningBench {

    private static final int RECORD_BYTES = 100;
    private static final int KEYS = 1_000;

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

    private final Consumer<String> progress;

    CleaningBench(Consumer<String> progress) {
        this.progress = progress;
    }

    /**
     * Runs every kind once a round, beginning with another one each time; round 0 warms up.
     *
     * @return by kind: the median in records a second, and its ratio to the topic that keeps everything
     */
    List<CleaningResult> run(int rounds, long records) {
        Map<String, List<Double>> measured = new TreeMap<>();
        Map<String, Long> rows = new TreeMap<>();
        try (BenchServers servers = BenchServers.brokerOnly(CLEANER)) {
            Runtime.getRuntime().addShutdownHook(new Thread(servers::close, "bench-shutdown"));
            for (int round = 0; round <= rounds; round++) {
                for (Kind kind : order(round)) {
                    double rate = produce(servers, kind, round, records, rows);
                    if (round > 0) {
                        measured.computeIfAbsent(kind.name(), name -> new ArrayList<>())
                                .add(rate);
                    }
                }
            }
        }
        return KINDS.stream()
                .map(kind -> new CleaningResult(
                        kind.name(),
                        median(measured, kind),
                        median(measured, kind) / median(measured, KEEPING),
                        rows.getOrDefault(kind.name(), 0L)))
                .toList();
    }

    private static List<Kind> order(int round) {
        List<Kind> order = new ArrayList<>(KINDS);
        Collections.rotate(order, round);
        return order;
    }

    private static double median(Map<String, List<Double>> measured, Kind kind) {
        return Results.median(measured.getOrDefault(kind.name(), List.of()));
    }

    private double produce(BenchServers servers, Kind kind, int round, long records, Map<String, Long> rows) {
        String address = servers.bootstrapServers(Contender.TAILRACE);
        String topic = kind.name() + "-" + round;
        BenchTopics.create(address, topic, kind.config());
        BenchCommand.flushDisks();
        double rate = new LoadGenerator(servers.directory().resolve("load.log"))
                .produceKeyed(address, topic, records, RECORD_BYTES, KEYS);
        long left = servers.rows(topic);
        rows.put(kind.name(), left);
        BenchTopics.delete(address, topic);
        progress.accept(String.format(
                Locale.ROOT, "  round %d, %s: %,.0f records/s, %,d rows left", round, kind.name(), rate, left));
        return rate;
    }
}
