package io.tailrace.cli.bench.report;

import java.util.Locale;

/**
 * One thing that is measured.
 *
 * @param workload what was done; for people and for the JSON output
 * @param unit of the values
 */
public record Figure(String workload, String unit) {

    public static final String RECORDS_PER_SECOND = "records/s";

    /** Records a second. */
    public static Figure rate(String workload) {
        return new Figure(workload, RECORDS_PER_SECOND);
    }

    /** Milliseconds. */
    public static Figure time(String workload) {
        return new Figure(workload, "ms");
    }

    String format(double value) {
        return String.format(Locale.ROOT, unit.equals(RECORDS_PER_SECOND) ? "%,.0f" : "%,.2f", value);
    }
}
