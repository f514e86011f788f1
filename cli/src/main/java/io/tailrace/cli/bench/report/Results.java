package io.tailrace.cli.bench.report;

import io.tailrace.cli.bench.servers.Subject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured on Tailrace and on Apache Kafka, in the order in which it came first: a line for each figure and row
 * shape. Confined to one thread.
 */
public final class Results implements Report {

    /**
     * One line of the result; its components are the keys of the JSON output.
     *
     * @param format the row shape of the topics, see {@code storage.format}
     * @param tailrace the median of the rounds
     * @param kafka likewise
     * @param ratio tailrace / kafka
     */
    record Line(String workload, String format, double tailrace, double kafka, String unit, double ratio) {}

    private final Map<Figure, Map<Subject, List<Double>>> samples = new LinkedHashMap<>();

    public void add(Figure figure, Subject subject, double value) {
        samples.computeIfAbsent(figure, unused -> new EnumMap<>(Subject.class))
                .computeIfAbsent(subject, unused -> new ArrayList<>())
                .add(value);
    }

    /** The median of the rounds. */
    public double median(Figure figure, Subject subject) {
        return Median.of(values(figure, subject));
    }

    @Override
    public List<Line> json() {
        List<Line> lines = new ArrayList<>();
        samples.forEach((figure, measured) -> tailrace(measured).forEach(subject -> lines.add(line(figure, subject))));
        return lines;
    }

    @Override
    public List<String> lines() {
        MarkdownTable table = new MarkdownTable(
                3,
                List.of(
                        "workload",
                        "format",
                        "unit",
                        "Tailrace",
                        "Apache Kafka",
                        "ratio",
                        "Tailrace from–to",
                        "Kafka from–to"));
        samples.forEach((figure, measured) -> tailrace(measured).forEach(subject -> {
            Line line = line(figure, subject);
            table.addRow(List.of(
                    line.workload(),
                    line.format(),
                    line.unit(),
                    figure.format(line.tailrace()),
                    figure.format(line.kafka()),
                    String.format(Locale.ROOT, "%.2f", line.ratio()),
                    range(figure, subject),
                    range(figure, Subject.KAFKA)));
        }));
        return table.lines();
    }

    /** The smallest and the greatest of the rounds. */
    String range(Figure figure, Subject subject) {
        List<Double> values = values(figure, subject);
        return figure.format(values.stream().mapToDouble(value -> value).min().orElse(0)) + "–"
                + figure.format(
                        values.stream().mapToDouble(value -> value).max().orElse(0));
    }

    private static List<Subject> tailrace(Map<Subject, List<Double>> measured) {
        return measured.keySet().stream()
                .filter(subject -> subject != Subject.KAFKA)
                .toList();
    }

    private Line line(Figure figure, Subject subject) {
        double tailrace = median(figure, subject);
        double kafka = median(figure, Subject.KAFKA);
        return new Line(
                figure.workload(),
                subject.format(),
                round(tailrace, 3),
                round(kafka, 3),
                figure.unit(),
                round(tailrace / kafka, 4));
    }

    private List<Double> values(Figure figure, Subject subject) {
        return samples.getOrDefault(figure, Map.of()).getOrDefault(subject, List.of());
    }

    private static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
