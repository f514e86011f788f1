package io.tailrace.cli.bench;

import io.tailrace.cli.bench.load.RatedRun;
import io.tailrace.cli.bench.report.MarkdownTable;
import io.tailrace.cli.bench.report.Report;
import io.tailrace.cli.bench.report.Trend;
import io.tailrace.cli.bench.servers.LogTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a constant rate over a long time came to, minute by minute. */
record SoakResult(List<Run> json) implements Report {

    private static final double MEBIBYTE = 1024.0 * 1024;

    /** Until retention and autovacuum have found their pace, a table grows as it should. */
    private static final int SETTLING_MINUTES = 3;

    /** Fewer say nothing. */
    private static final int LEAST_MINUTES = 3;

    /**
     * One minute; its components are keys of the JSON output. Times are in milliseconds.
     *
     * @param tableMiB of the topic's leaf with its indexes, at the end of the minute
     * @param deadRows at the end of the minute
     * @param autovacuums of the leaf so far
     * @param heapMiB the least that the broker used in the minute
     */
    record Minute(
            int minute,
            double recordsPerSecond,
            double p50,
            double p99,
            double p999,
            double max,
            double tableMiB,
            long deadRows,
            long autovacuums,
            double heapMiB) {

        static Minute of(int minute, RatedRun.Interval load, LogTable.State table, long heapBytes) {
            return new Minute(
                    minute,
                    load.recordsPerSecond(),
                    load.latency().p50(),
                    load.latency().p99(),
                    load.latency().p999(),
                    load.latency().max(),
                    table.bytes() / MEBIBYTE,
                    table.deadRows(),
                    table.autovacuums(),
                    heapBytes / MEBIBYTE);
        }

        List<String> cells(String format) {
            return List.of(
                    format,
                    Integer.toString(minute),
                    text("%,.0f", recordsPerSecond),
                    text("%,.2f", p50),
                    text("%,.2f", p99),
                    text("%,.2f", p999),
                    text("%,.2f", max),
                    text("%,.1f", tableMiB),
                    String.format(Locale.ROOT, "%,d", deadRows),
                    Long.toString(autovacuums),
                    text("%,.1f", heapMiB));
        }

        private static String text(String format, double value) {
            return String.format(Locale.ROOT, format, value);
        }
    }

    /**
     * One row shape.
     *
     * @param verdict after the minutes in which retention and autovacuum find their pace; empty for a run that is too short
     */
    record Run(String format, List<Minute> minutes, List<Trend> verdict) {

        static Run of(String format, List<Minute> minutes) {
            return new Run(format, List.copyOf(minutes), verdict(minutes));
        }

        private static List<Trend> verdict(List<Minute> minutes) {
            if (minutes.size() < SETTLING_MINUTES + LEAST_MINUTES) {
                return List.of();
            }
            List<Minute> settled = minutes.subList(SETTLING_MINUTES, minutes.size());
            return List.of(
                    trend("throughput", "records/s", settled, Minute::recordsPerSecond),
                    trend("acknowledgement p50", "ms", settled, Minute::p50),
                    trend("acknowledgement p99", "ms", settled, Minute::p99),
                    trend("table", "MiB", settled, Minute::tableMiB),
                    trend("heap", "MiB", settled, Minute::heapMiB));
        }

        private static Trend trend(String figure, String unit, List<Minute> minutes, ToDoubleFunction<Minute> value) {
            return Trend.of(
                    figure,
                    unit,
                    minutes.stream().map(minute -> value.applyAsDouble(minute)).toList());
        }
    }

    SoakResult {
        json = List.copyOf(json);
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>(minutes().lines());
        for (Run run : json) {
            lines.add("");
            lines.addAll(
                    run.verdict().isEmpty()
                            ? List.of("No verdict on " + run.format() + ": it takes --soak "
                                    + (SETTLING_MINUTES + LEAST_MINUTES) + " or more.")
                            : verdict(run).lines());
        }
        return lines;
    }

    private MarkdownTable minutes() {
        MarkdownTable table = new MarkdownTable(
                1,
                List.of(
                        "format",
                        "minute",
                        "records/s",
                        "p50, ms",
                        "p99, ms",
                        "p99.9, ms",
                        "max, ms",
                        "table, MiB",
                        "dead rows",
                        "autovacuums",
                        "heap, MiB"));
        for (Run run : json) {
            run.minutes().forEach(minute -> table.addRow(minute.cells(run.format())));
        }
        return table;
    }

    private static MarkdownTable verdict(Run run) {
        MarkdownTable table = new MarkdownTable(
                3,
                List.of(
                        run.format() + ", from minute " + (SETTLING_MINUTES + 1),
                        "unit",
                        "verdict",
                        "mean",
                        "change, %"));
        run.verdict().forEach(trend -> table.addRow(trend.cells()));
        return table;
    }
}
