package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.MarkdownTable;
import io.tailrace.cli.bench.report.Report;
import java.util.List;
import java.util.Locale;

/** What producing to topics that are cleaned came to. */
record CleaningResult(List<Line> json) implements Report {

    /**
     * One kind of topic; its components are the keys of the JSON output.
     *
     * @param recordsPerSecond the median of the rounds
     * @param ratio to the topic that keeps everything
     * @param rowsLeft rows in Postgres when the last round's producer had ended
     */
    record Line(String topic, double recordsPerSecond, double ratio, long rowsLeft) {}

    CleaningResult {
        json = List.copyOf(json);
    }

    @Override
    public List<String> lines() {
        MarkdownTable table = new MarkdownTable(1, List.of("topic", "produced, records/s", "ratio", "rows left"));
        for (Line line : json) {
            table.addRow(List.of(
                    line.topic(),
                    String.format(Locale.ROOT, "%,.0f", line.recordsPerSecond()),
                    String.format(Locale.ROOT, "%.2f", line.ratio()),
                    String.format(Locale.ROOT, "%,d", line.rowsLeft())));
        }
        return table.lines();
    }
}
