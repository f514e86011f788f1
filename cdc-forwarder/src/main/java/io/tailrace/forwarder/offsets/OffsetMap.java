package io.tailrace.forwarder.offsets;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The offset map of a partition, or of a range of it, as it was at one moment. Immutable. */
public final class OffsetMap {
    private final long[] sources;
    private final long[] targets;
    private final long sourceEnd;
    private final @Nullable Long targetEnd;

    /**
     * @param runs in the order of their offsets
     * @param sourceEnd everything below it is acknowledged
     * @param targetEnd the offset after the last acknowledged record on the target, or null if none is known
     */
    public OffsetMap(List<OffsetRun> runs, long sourceEnd, @Nullable Long targetEnd) {
        this.sources = runs.stream().mapToLong(OffsetRun::sourceOffset).toArray();
        this.targets = runs.stream().mapToLong(OffsetRun::targetOffset).toArray();
        this.sourceEnd = sourceEnd;
        this.targetEnd = targetEnd;
    }

    /** Where a consumer of the log that reads on at this offset reads on at the target. */
    public Place place(long offset) {
        if (offset > sourceEnd || targetEnd == null) {
            return new Place.Ahead();
        }
        if (offset == sourceEnd) {
            return new Place.At(targetEnd);
        }
        int run = last(sources, offset);
        if (run < 0) {
            return new Place.Below();
        }
        long limit = run + 1 < targets.length ? targets[run + 1] : targetEnd;
        return new Place.At(Math.min(run(run).target(offset), limit));
    }

    /**
     * The offset of the log whose record stands on the target at {@code targetOffset}, or is the next one to get there;
     * nothing if it is below what the map knows.
     */
    public OptionalLong source(long targetOffset) {
        int run = last(targets, targetOffset);
        if (run < 0) {
            return OptionalLong.empty();
        }
        long limit = run + 1 < sources.length ? sources[run + 1] : sourceEnd;
        return OptionalLong.of(Math.min(sources[run] + (targetOffset - targets[run]), limit));
    }

    /** The last run that begins below an offset of the log. */
    public Optional<OffsetRun> lastBelow(long offset) {
        int run = last(sources, offset - 1);
        return run < 0 ? Optional.empty() : Optional.of(run(run));
    }

    /** How many runs it has. */
    public int size() {
        return sources.length;
    }

    private OffsetRun run(int index) {
        return new OffsetRun(sources[index], targets[index]);
    }

    /** The index of the last value that is not greater, or -1. */
    private static int last(long[] ascending, long value) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] <= value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
