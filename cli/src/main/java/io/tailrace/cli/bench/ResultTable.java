package io.tailrace.cli.bench;

import io.tailrace.cli.TextTable;
import java.util.List;
import java.util.Locale;

/** The results for people. */
final class ResultTable {

    private ResultTable() {}

    static List<String> lines(Results results) {
        TextTable table = new TextTable(
                List.of("workload", "format", "Tailrace", "Kafka", "ratio", "Tailrace from–to", "Kafka from–to"));
        for (Results.Line line : results.lines()) {
            table.addRow(List.of(
                    line.workload(),
                    line.format(),
                    perSecond(line.tailrace()),
                    perSecond(line.kafka()),
                    String.format(Locale.ROOT, "%.2f", line.ratio()),
                    results.range(line.workload(), Contender.TAILRACE),
                    results.range(line.workload(), Contender.KAFKA)));
        }
        return table.lines();
    }

    static List<String> cleaningLines(List<CleaningResult> results) {
        TextTable table = new TextTable(List.of("topic", "produced", "ratio", "rows left"));
        for (CleaningResult result : results) {
            table.addRow(List.of(
                    result.topic(),
                    perSecond(result.recordsPerSecond()),
                    String.format(Locale.ROOT, "%.2f", result.ratio()),
                    String.format(Locale.ROOT, "%,d", result.rowsLeft())));
        }
        return table.lines();
    }

    static List<String> shadowLines(ShadowResult result) {
        TextTable table = new TextTable(List.of("", "p50", "p99", "at full speed"));
        table.addRow(List.of(
                "producing without a forwarder",
                ms(result.aloneP50()),
                ms(result.aloneP99()),
                perSecond(result.aloneRate())));
        table.addRow(List.of(
                "producing with a forwarder",
                ms(result.shadowedP50()),
                ms(result.shadowedP99()),
                perSecond(result.shadowedRate())));
        table.addRow(List.of("from acknowledgement to target", ms(result.lagP50()), ms(result.lagP99()), ""));
        return table.lines();
    }

    private static String ms(double milliseconds) {
        return String.format(Locale.ROOT, "%.1f ms", milliseconds);
    }

    private static String perSecond(double records) {
        return String.format(Locale.ROOT, "%,.0f/s", records);
    }
}
