package io.tailrace.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Rounds in each of which all subjects get the same load, one after the other, and who begins changes. What changes in the
 * machine meanwhile so meets all of them. Round 0 warms up.
 *
 * @param count of the rounds that count
 * @param progress gets a line for what was measured
 */
record Rounds(int count, Consumer<String> progress) {

    /** Measures a subject. */
    interface Turn<T> {

        /** In round 0 the figures are to be forgotten. */
        void measure(T subject, int round);
    }

    <T> void run(List<T> subjects, Turn<T> turn) {
        for (int round = 0; round <= count; round++) {
            progress.accept(round == 0 ? "Round to warm up" : "Round " + round + " of " + count);
            List<T> order = new ArrayList<>(subjects);
            Collections.rotate(order, round);
            for (T subject : order) {
                turn.measure(subject, round);
            }
        }
    }

    /** Says what was measured, in the form of {@link String#format}. */
    void say(String format, Object... values) {
        progress.accept("  " + String.format(Locale.ROOT, format, values));
    }
}
