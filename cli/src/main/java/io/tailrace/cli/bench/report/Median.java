package io.tailrace.cli.bench.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The median of the rounds. */
public final class Median {

    private Median() {}

    /** Of an even number of values, the mean of the two in the middle. */
    public static double of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Of one figure of each run. */
    public static <T> double of(List<T> runs, ToDoubleFunction<T> figure) {
        return of(runs.stream().map(run -> figure.applyAsDouble(run)).toList());
    }
}
