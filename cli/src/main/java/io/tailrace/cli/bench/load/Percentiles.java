package io.tailrace.cli.bench.load;

import java.util.Arrays;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * How a set of times is spread, in milliseconds.
 *
 * @param p50 half of them were not longer
 * @param p999 999 of 1,000 were not longer
 */
public record Percentiles(double p50, double p99, double p999, double max) {

    /** Of times in microseconds, which it sorts. */
    public static Percentiles ofMicros(long[] timesUs) {
        if (timesUs.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        Arrays.sort(timesUs);
        return new Percentiles(at(timesUs, 0.5), at(timesUs, 0.99), at(timesUs, 0.999), at(timesUs, 1));
    }

    /** Of times in microseconds, to three digits. */
    static Percentiles of(Histogram timesUs) {
        if (timesUs.getTotalCount() == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        return new Percentiles(
                timesUs.getValueAtPercentile(50) / 1000.0,
                timesUs.getValueAtPercentile(99) / 1000.0,
                timesUs.getValueAtPercentile(99.9) / 1000.0,
                timesUs.getMaxValue() / 1000.0);
    }

    /** The nearest rank. */
    private static double at(long[] sortedUs, double share) {
        int rank = (int) Math.ceil(share * sortedUs.length);
        return sortedUs[Math.max(0, rank - 1)] / 1000.0;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, longest %.2f ms", p50, p99, p999, max);
    }
}
