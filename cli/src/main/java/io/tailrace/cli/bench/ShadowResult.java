package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.MarkdownTable;
import io.tailrace.cli.bench.report.Report;
import java.util.List;
import java.util.Locale;

/** What forwarding came to. */
record ShadowResult(List<Line> json) implements Report {

    /**
     * One row shape, by the medians of the rounds; its components are the keys of the JSON output. Latencies are those of
     * producing, lags go from a record's acknowledgement to its append on the target; both in milliseconds.
     *
     * @param aloneRate records a second at full speed without a forwarder
     * @param rateRatio with a forwarder / without
     * @param tableRate records a second into the target, of records that were produced while no forwarder ran
     * @param slotRate the same, of records that were produced while the forwarder stood still
     * @param smallRate the same, of records that were produced in small transactions
     */
    record Line(
            String format,
            double lagP50,
            double lagP99,
            double lagP999,
            double aloneP50,
            double aloneP99,
            double shadowedP50,
            double shadowedP99,
            double aloneRate,
            double shadowedRate,
            double rateRatio,
            double tableRate,
            double slotRate,
            double smallRate) {}

    ShadowResult {
        json = List.copyOf(json);
    }

    @Override
    public List<String> lines() {
        MarkdownTable table = new MarkdownTable(2, List.of("", "format", "p50, ms", "p99, ms", "records/s"));
        for (Line line : json) {
            String format = line.format();
            table.addRow(List.of(
                    "producing without a forwarder",
                    format,
                    ms(line.aloneP50()),
                    ms(line.aloneP99()),
                    perSecond(line.aloneRate())));
            table.addRow(List.of(
                    "producing with a forwarder",
                    format,
                    ms(line.shadowedP50()),
                    ms(line.shadowedP99()),
                    perSecond(line.shadowedRate())));
            table.addRow(List.of("from acknowledgement to target", format, ms(line.lagP50()), ms(line.lagP99()), ""));
            table.addRow(List.of("a backlog from the table", format, "", "", perSecond(line.tableRate())));
            table.addRow(List.of("a backlog from the slot", format, "", "", perSecond(line.slotRate())));
            table.addRow(List.of("the same in small transactions", format, "", "", perSecond(line.smallRate())));
        }
        return table.lines();
    }

    private static String ms(double milliseconds) {
        return String.format(Locale.ROOT, "%.1f", milliseconds);
    }

    private static String perSecond(double records) {
        return String.format(Locale.ROOT, "%,.0f", records);
    }
}
