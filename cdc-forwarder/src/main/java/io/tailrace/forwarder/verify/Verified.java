package io.tailrace.forwarder.verify;

import org.jspecify.annotations.Nullable;

/**
 * How far the comparison of a partition has come: below {@code verifiedTo} all is the same on both sides, but for what is
 * counted here.
 *
 * @param targetName the topic of the target that was read
 * @param start the offset of the log where the comparison began
 * @param targetVerifiedTo the target's offset up to which it was read
 * @param records how many records were the same on both sides
 * @param hash their fingerprint, see {@link RollingHash}
 * @param onlyOnTarget records that the log does not have any more
 * @param goneFromTarget records that the target does not have any more, which cannot be verified
 * @param foreignRecords records of others that lie between ours
 * @param setAside records of the log that the target has refused
 * @param repeated records of the target that were sent again on request
 * @param first the first difference; null where there is none
 */
public record Verified(
        String targetName,
        long start,
        long verifiedTo,
        long targetVerifiedTo,
        long records,
        String hash,
        long onlyOnTarget,
        long goneFromTarget,
        long foreignRecords,
        long setAside,
        long repeated,
        @Nullable Mismatch first) {

    /** Nothing was compared yet. */
    static Verified nothing(String targetName, long start, long targetStart) {
        return new Verified(targetName, start, start, targetStart, 0, RollingHash.NOTHING, 0, 0, 0, 0, 0, null);
    }

    public boolean isGreen() {
        return first == null;
    }

    Verified with(@Nullable Mismatch difference) {
        return new Verified(
                targetName,
                start,
                verifiedTo,
                targetVerifiedTo,
                records,
                hash,
                onlyOnTarget,
                goneFromTarget,
                foreignRecords,
                setAside,
                repeated,
                difference);
    }

    /** Goes on behind what the target does not have any more. */
    Verified behindTrimmed(OffsetRuns runs, long targetStart) {
        long begin = Math.min(targetStart, runs.targetEnd());
        if (begin <= targetVerifiedTo) {
            return this;
        }
        long source = Math.max(verifiedTo, runs.sourceFrom(begin));
        return at(source, begin, onlyOnTarget, goneFromTarget + begin - targetVerifiedTo);
    }

    /** Goes on behind what the log does not have any more. */
    Verified behindExpired(OffsetRuns runs, long logStart) {
        long begin = Math.min(logStart, runs.sourceEnd());
        if (begin <= verifiedTo) {
            return this;
        }
        long target = Math.max(targetVerifiedTo, runs.targetFrom(begin));
        return at(begin, target, onlyOnTarget + target - targetVerifiedTo, goneFromTarget);
    }

    private Verified at(long source, long target, long expired, long gone) {
        return new Verified(
                targetName,
                start,
                source,
                target,
                records,
                hash,
                expired,
                gone,
                foreignRecords,
                setAside,
                repeated,
                first);
    }

    /** Whether this was found with the map as it is now: the forwarder has not begun anew since. */
    boolean fits(String target, OffsetRuns runs) {
        boolean behind = verifiedTo <= runs.sourceStart() || runs.targetFrom(verifiedTo - 1) <= targetVerifiedTo;
        return target.equals(targetName)
                && verifiedTo <= runs.sourceEnd()
                && behind
                && targetVerifiedTo <= runs.targetFrom(verifiedTo);
    }
}
