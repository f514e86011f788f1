package io.tailrace.forwarder.cutover;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a partition has come.
 *
 * @param sourceEnd the end of the log
 * @param targetEnd the offset after the last acknowledged record on the target; 0 where there is none
 * @param lag offsets of the log that the target has not acknowledged
 * @param verifiedTo everything below it was compared; 0 where nothing was
 * @param unverified offsets that are acknowledged and not compared
 * @param forwarded whether the forwarder forwards it now
 * @param shared whether others write to the target's partition
 * @param red the first difference, in words; null where there is none
 */
public record PartitionProgress(
        int partition,
        long sourceEnd,
        long targetEnd,
        long lag,
        long verifiedTo,
        long unverified,
        boolean forwarded,
        boolean shared,
        @Nullable String red) {

    /** So many offsets are soon through: they are no reason to wait, and the cutover itself compares them. */
    static final long FEW = 10_000;

    /** What must not be before a move, in words; empty where all is well. That it lags behind is no such thing. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (red != null) {
            problems.add("red: " + red);
        }
        if (verifiedTo == 0 && unverified > FEW) {
            problems.add("never verified");
        }
        return problems;
    }
}
