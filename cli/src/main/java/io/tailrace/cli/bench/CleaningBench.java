package io.tailrace.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What retention costs producers: producing to a topic that keeps everything, against one whose records expire a second
 * after they were written and are deleted meanwhile. Confined to one thread.
 */
final class CleaningBench {

    private static final int RECORD_BYTES = 100;

    /** Retention looks every second, so that it deletes all the time. */
    private static final String CLEANER =
            """
            [cleaner]
            retention_check_interval = "1s"
            """;

    private static final Map<String, Map<String, String>> TOPICS = topics();

    private final Consumer<String> progress;

    CleaningBench(Consumer<String> progress) {
        this.progress = progress;
    }

    private static Map<String, Map<String, String>> topics() {
        Map<String, Map<String, String>> topics = new LinkedHashMap<>();
        topics.put("keeping", Map.of("retention.ms", "-1"));
        topics.put("expiring", Map.of("retention.ms", "1000"));
        return topics;
    }

    /** The medians in records a second, and how the second compares to the first. */
    Map<String, Double> run(int rounds, long records) {
        Map<String, List<Double>> measured = new LinkedHashMap<>();
        try (BenchServers servers = BenchServers.brokerOnly(CLEANER)) {
            Runtime.getRuntime().addShutdownHook(new Thread(servers::close, "bench-shutdown"));
            for (int round = 0; round <= rounds; round++) {
                List<String> order = new ArrayList<>(TOPICS.keySet());
                if (round % 2 == 1) {
                    order.add(order.remove(0));
                }
                for (String kind : order) {
                    double rate = produce(servers, kind, round, records);
                    if (round > 0) {
                        measured.computeIfAbsent(kind, key -> new ArrayList<>()).add(rate);
                    }
                }
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        TOPICS.keySet().forEach(kind -> medians.put(kind, Results.median(measured.getOrDefault(kind, List.of()))));
        medians.put("ratio", medians.getOrDefault("expiring", 0.0) / medians.getOrDefault("keeping", 1.0));
        return medians;
    }

    private double produce(BenchServers servers, String kind, int round, long records) {
        String address = servers.bootstrapServers(Contender.TAILRACE);
        String topic = kind + "-" + round;
        BenchTopics.create(address, topic, TOPICS.getOrDefault(kind, Map.of()));
        BenchCommand.flushDisks();
        double rate = new LoadGenerator(servers.directory().resolve("load.log"))
                .produce(address, topic, records, RECORD_BYTES);
        BenchTopics.delete(address, topic);
        progress.accept(String.format(Locale.ROOT, "  round %d, %s: %,.0f records/s", round, kind, rate));
        return rate;
    }
}
