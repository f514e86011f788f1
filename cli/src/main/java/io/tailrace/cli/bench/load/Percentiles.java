package io.tailrace.cli.bench.load;

import java.util.Arrays;
import java.util.Locale;

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

    /** The nearest rank. */
    private static double at(long[] sortedUs, double share) {
        int rank = (int) Math.ceil(share * sortedUs.length);
        return sortedUs[Math.max(0, rank - 1)] / 1000.0;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "p50 %.1f, p99 %.1f, p99.9 %.1f, longest %.1f ms", p50, p99, p999, max);
    }
}
