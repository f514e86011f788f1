package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.Figure;
import io.tailrace.cli.bench.report.LineChart;
import io.tailrace.cli.bench.report.MarkdownTable;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.report.Results;
import io.tailrace.cli.bench.servers.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Throughput over what grew. Confined to one thread. */
final class ScaleResult implements Report {

    /**
     * One point; its components are the keys of the JSON output.
     *
     * @param value of the dimension
     */
    record Point(String dimension, long value, Results.Line line) {}

    private final Dimension dimension;
    private final Map<Long, Results> byValue = new TreeMap<>();

    ScaleResult(Dimension dimension) {
        this.dimension = dimension;
    }

    void add(long value, Figure figure, Subject subject, double rate) {
        byValue.computeIfAbsent(value, unused -> new Results()).add(figure, subject, rate);
    }

    @Override
    public List<Point> json() {
        List<Point> points = new ArrayList<>();
        byValue.forEach((value, results) ->
                results.json().forEach(line -> points.add(new Point(dimension.label(), value, line))));
        return points;
    }

    @Override
    public List<String> lines() {
        MarkdownTable table = new MarkdownTable(
                2,
                List.of(
                        "workload",
                        "format",
                        dimension.description(),
                        "Tailrace, records/s",
                        "Apache Kafka, records/s",
                        "ratio"));
        for (Point point : json()) {
            Results.Line line = point.line();
            table.addRow(List.of(
                    line.workload(),
                    line.format(),
                    String.format(Locale.ROOT, "%,d", point.value()),
                    String.format(Locale.ROOT, "%,.0f", line.tailrace()),
                    String.format(Locale.ROOT, "%,.0f", line.kafka()),
                    String.format(Locale.ROOT, "%.2f", line.ratio())));
        }
        return table.lines();
    }

    /** A colour for each subject, and dashes for consuming. */
    @Override
    public Optional<LineChart> chart() {
        List<LineChart.Series> lines = new ArrayList<>();
        for (Figure figure : ScaleBench.FIGURES) {
            for (Subject subject : Subject.values()) {
                List<LineChart.Point> points = points(figure, subject);
                if (!points.isEmpty()) {
                    lines.add(new LineChart.Series(
                            subject.label() + ": " + figure.workload(),
                            color(subject),
                            figure.equals(ScaleBench.CONSUME),
                            points));
                }
            }
        }
        return Optional.of(new LineChart(
                "Throughput over " + dimension.description(), dimension.description(), "records/s", lines));
    }

    private List<LineChart.Point> points(Figure figure, Subject subject) {
        List<LineChart.Point> points = new ArrayList<>();
        byValue.forEach((value, results) -> {
            if (results.has(figure, subject)) {
                points.add(new LineChart.Point(value, results.median(figure, subject)));
            }
        });
        return points;
    }

    private static String color(Subject subject) {
        return switch (subject) {
            case TAILRACE_RECORDS -> "#1b6ca8";
            case TAILRACE_BATCHES -> "#2a9d3a";
            case KAFKA -> "#c0392b";
        };
    }
}
