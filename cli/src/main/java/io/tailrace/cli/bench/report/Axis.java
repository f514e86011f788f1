package io.tailrace.cli.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where values stand on an axis of a chart, and which of them are named.
 *
 * @param ticks the values that are named, ascending
 * @param begin the coordinate of the first tick
 * @param end the coordinate of the last one
 */
record Axis(List<Double> ticks, double begin, double end, boolean logarithmic) {

    private static final double DECADE = 10;

    /** About so many lines of a grid can be read. */
    private static final int STEPS = 6;

    /** The values themselves are named. */
    static Axis ofValues(List<Double> ascending, double begin, double end) {
        double least = ascending.get(0);
        double greatest = ascending.get(ascending.size() - 1);
        return new Axis(ascending, begin, end, least > 0 && greatest / least >= DECADE);
    }

    /** From 0 up to a round number that is not less than the greatest value. */
    static Axis fromZero(double greatest, double begin, double end) {
        double step = roundStep(Math.max(greatest, Double.MIN_NORMAL) / STEPS);
        List<Double> ticks = new ArrayList<>();
        for (int index = 0; index == 0 || ticks.get(index - 1) < greatest || index < 2; index++) {
            ticks.add(index * step);
        }
        return new Axis(ticks, begin, end, false);
    }

    double at(double value) {
        double least = position(ticks.get(0));
        double span = position(ticks.get(ticks.size() - 1)) - least;
        return span == 0 ? (begin + end) / 2 : begin + (end - begin) * (position(value) - least) / span;
    }

    /** A number as people write it: without decimals where it has none. */
    static String label(double value) {
        String decimals = String.format(Locale.ROOT, "%,.3f", value);
        return decimals.contains(".") ? decimals.replaceAll("\\.?0+$", "") : decimals;
    }

    private double position(double value) {
        return logarithmic ? Math.log10(value) : value;
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double roundStep(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= least) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
