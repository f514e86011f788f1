package io.tailrace.forwarder.verify;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first difference of a partition.
 *
 * @param sourceOffset the offset in the log; of something extra, that of the record before which it stands
 * @param targetOffset the offset on the target; of something missing, where it should be
 * @param what in the order of {@link Difference}
 */
public record Mismatch(long sourceOffset, long targetOffset, Set<Difference> what) {
    public Mismatch {
        what = Collections.unmodifiableSet(EnumSet.copyOf(what));
    }

    static Mismatch of(long sourceOffset, long targetOffset, Difference what) {
        return new Mismatch(sourceOffset, targetOffset, EnumSet.of(what));
    }

    /** As {@link #text()} gives it. */
    static Set<Difference> parse(String text) {
        return Stream.of(text.split(", "))
                .map(Difference::parse)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Difference.class)));
    }

    /** What differs, in words. */
    public String text() {
        return what.stream().map(Difference::text).collect(Collectors.joining(", "));
    }
}
