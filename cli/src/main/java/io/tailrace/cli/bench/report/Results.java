package io.tailrace.cli.bench.report;

import io.tailrace.cli.bench.servers.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
     * @param kafka likewise; null for what Kafka does not have
     * @param ratio tailrace / kafka
     */
    public record Line(
            String workload,
            String format,
            double tailrace,
            @Nullable Double kafka,
            String unit,
            @Nullable Double ratio) {

        /** For people. */
        String ratioText() {
            return ratio == null ? NOTHING : String.format(Locale.ROOT, "%.2f", ratio);
        }
    }

    private static final String NOTHING = "–";

    private final Map<Figure, Map<Subject, List<Double>>> samples = new LinkedHashMap<>();

    public void add(Figure figure, Subject subject, double value) {
        samples.computeIfAbsent(figure, unused -> new EnumMap<>(Subject.class))
                .computeIfAbsent(subject, unused -> new ArrayList<>())
                .add(value);
    }

    /** Gives the figure its place among the lines before there is a value. */
    public void expect(Figure figure) {
        samples.computeIfAbsent(figure, unused -> new EnumMap<>(Subject.class));
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
                    line.kafka() == null ? NOTHING : figure.format(line.kafka()),
                    line.ratioText(),
                    range(figure, subject),
                    range(figure, Subject.KAFKA)));
        }));
        return table.lines();
    }

    /** In the order in which they came. */
    public Set<Figure> figures() {
        return Collections.unmodifiableSet(samples.keySet());
    }

    public boolean has(Figure figure, Subject subject) {
        return !values(figure, subject).isEmpty();
    }

    /** The smallest and the greatest of the rounds. */
    String range(Figure figure, Subject subject) {
        DoubleSummaryStatistics values =
                values(figure, subject).stream().mapToDouble(value -> value).summaryStatistics();
        return values.getCount() == 0 ? NOTHING : figure.format(values.getMin()) + "–" + figure.format(values.getMax());
    }

    private static List<Subject> tailrace(Map<Subject, List<Double>> measured) {
        return measured.keySet().stream()
                .filter(subject -> subject != Subject.KAFKA)
                .toList();
    }

    private Line line(Figure figure, Subject subject) {
        double tailrace = median(figure, subject);
        Double kafka = has(figure, Subject.KAFKA) ? median(figure, Subject.KAFKA) : null;
        return new Line(
                figure.workload(),
                subject.format(),
                round(tailrace, 3),
                kafka == null ? null : round(kafka, 3),
                figure.unit(),
                // Where Kafka came to nothing, a ratio would say nothing.
                kafka == null || kafka == 0 ? null : round(tailrace / kafka, 4));
    }

    private List<Double> values(Figure figure, Subject subject) {
        return samples.getOrDefault(figure, Map.of()).getOrDefault(subject, List.of());
    }

    private static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
