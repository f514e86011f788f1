package io.tailrace.forwarder.verify;

import java.util.Arrays;

/**
 * A piece of the offset map: runs of records whose offsets here and on the target differ by the same number, up to an end
 * on both sides. Between two runs lies a hole (offsets without a record here), or a stranger's records (there), or both.
 * Immutable.
 */
final class OffsetRuns {
    /** What has no place on the other side. */
    static final long NONE = -1;

    private final long[] sources;
    private final long[] targets;
    private final long sourceEnd;
    private final long targetEnd;

    /** The arrays are those of the runs' first offsets, at least one, in ascending order, and not copied. */
    OffsetRuns(long[] sources, long[] targets, long sourceEnd, long targetEnd) {
        if (sources.length == 0 || sources.length != targets.length) {
            throw new IllegalArgumentException(sources.length + " and " + targets.length + " offsets");
        }
        this.sources = sources;
        this.targets = targets;
        this.sourceEnd = sourceEnd;
        this.targetEnd = targetEnd;
    }

    long sourceStart() {
        return sources[0];
    }

    long targetStart() {
        return targets[0];
    }

    long sourceEnd() {
        return sourceEnd;
    }

    long targetEnd() {
        return targetEnd;
    }

    /** The same map, but only up to an offset of the log. */
    OffsetRuns upTo(long source) {
        return source >= sourceEnd ? this : new OffsetRuns(sources, targets, source, targetFrom(source));
    }

    /** Where the record stands on the target, or {@link #NONE}. */
    long targetOf(long source) {
        int run = run(sources, source);
        return run >= 0 && source < sourceEnd && source - sources[run] < length(run)
                ? targets[run] + (source - sources[run])
                : NONE;
    }

    /** Which record of the log stands there, or {@link #NONE}. */
    long sourceOf(long target) {
        int run = run(targets, target);
        return run >= 0 && target < targetEnd && target - targets[run] < length(run)
                ? sources[run] + (target - targets[run])
                : NONE;
    }

    /** Where the record stands on the target, or the next one that does. */
    long targetFrom(long source) {
        int run = run(sources, source);
        if (run < 0 || source >= sourceEnd) {
            return run < 0 ? targets[0] : targetEnd;
        }
        long within = source - sources[run];
        return within < length(run) ? targets[run] + within : nextTarget(run);
    }

    /** Which record of the log stands there, or behind it. */
    long sourceFrom(long target) {
        int run = run(targets, target);
        if (run < 0 || target >= targetEnd) {
            return run < 0 ? sources[0] : sourceEnd;
        }
        long within = target - targets[run];
        return within < length(run) ? sources[run] + within : nextSource(run);
    }

    private long length(int run) {
        return Math.min(nextSource(run) - sources[run], nextTarget(run) - targets[run]);
    }

    private long nextSource(int run) {
        return run + 1 < sources.length ? Math.min(sources[run + 1], sourceEnd) : sourceEnd;
    }

    private long nextTarget(int run) {
        return run + 1 < targets.length ? Math.min(targets[run + 1], targetEnd) : targetEnd;
    }

    /** The last run that begins at the offset or before it; -1 for none. */
    private static int run(long[] starts, long offset) {
        int at = Arrays.binarySearch(starts, offset);
        if (at < 0) {
            return -at - 2;
        }
        while (at + 1 < starts.length && starts[at + 1] == offset) {
            at++;
        }
        return at;
    }
}
