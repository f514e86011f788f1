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

    private static String perSecond(double records) {
        return String.format(Locale.ROOT, "%,.0f/s", records);
    }
}
