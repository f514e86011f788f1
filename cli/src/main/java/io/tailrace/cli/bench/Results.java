package io.tailrace.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, in the order of the workloads. Confined to one thread. */
final class Results {

    /**
     * One line of the result; its components are the keys of the JSON output.
     *
     * @param format the row shape of the topics, see {@code storage.format}
     * @param tailrace the median of the rounds
     * @param kafka likewise
     * @param ratio tailrace / kafka
     */
    record Line(String workload, String format, double tailrace, double kafka, String unit, double ratio) {}

    private static final String FORMAT = "records";
    private static final String UNIT = "records/s";

    private record Samples(List<Double> tailrace, List<Double> kafka) {}

    private final Map<String, Samples> samples = new LinkedHashMap<>();

    void add(String workload, Contender contender, double recordsPerSecond) {
        Samples own = samples.computeIfAbsent(workload, name -> new Samples(new ArrayList<>(), new ArrayList<>()));
        switch (contender) {
            case TAILRACE -> own.tailrace().add(recordsPerSecond);
            case KAFKA -> own.kafka().add(recordsPerSecond);
        }
    }

    List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        samples.forEach((workload, measured) -> {
            double tailrace = median(measured.tailrace());
            double kafka = median(measured.kafka());
            lines.add(
                    new Line(workload, FORMAT, round(tailrace, 1), round(kafka, 1), UNIT, round(tailrace / kafka, 4)));
        });
        return lines;
    }

    /** The smallest and the greatest of the rounds. */
    String range(String workload, Contender contender) {
        Samples measured = samples.getOrDefault(workload, new Samples(List.of(), List.of()));
        List<Double> own = contender == Contender.TAILRACE ? measured.tailrace() : measured.kafka();
        return String.format(
                Locale.ROOT,
                "%,.0f–%,.0f",
                own.stream().mapToDouble(value -> value).min().orElse(0),
                own.stream().mapToDouble(value -> value).max().orElse(0));
    }

    static double median(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
