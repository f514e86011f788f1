package io.tailrace.cli.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * Whether values that were measured one after the other stay as they are: the straight line that fits them best (least
 * squares), from its first point to its last.
 *
 * @param changePercent of the line, to the mean
 * @param verdict flat, rising or falling
 */
public record Trend(String figure, String unit, double mean, double changePercent, Verdict verdict) {

    /** A line that changes less counts as flat. */
    private static final double FLAT_PERCENT = 10;

    /** Where the line leads. */
    public enum Verdict {
        FLAT,
        RISING,
        FALLING
    }

    /** Of at least two values. */
    public static Trend of(String figure, String unit, List<Double> values) {
        if (values.size() < 2) {
            throw new IllegalArgumentException("a trend of " + values.size() + " values");
        }
        double mean = values.stream().mapToDouble(value -> value).average().orElseThrow();
        double middle = (values.size() - 1) / 2.0;
        double products = 0;
        double squares = 0;
        for (int index = 0; index < values.size(); index++) {
            products += (index - middle) * (values.get(index) - mean);
            squares += (index - middle) * (index - middle);
        }
        double change = products / squares * (values.size() - 1);
        double percent = mean == 0 ? 0 : 100 * change / mean;
        return new Trend(figure, unit, mean, percent, verdict(percent));
    }

    private static Verdict verdict(double percent) {
        if (Math.abs(percent) <= FLAT_PERCENT) {
            return Verdict.FLAT;
        }
        return percent > 0 ? Verdict.RISING : Verdict.FALLING;
    }

    /** For people. */
    public List<String> cells() {
        return List.of(
                figure,
                unit,
                verdict.name().toLowerCase(Locale.ROOT),
                String.format(Locale.ROOT, "%,.2f", mean),
                String.format(Locale.ROOT, "%+.1f", changePercent));
    }
}
