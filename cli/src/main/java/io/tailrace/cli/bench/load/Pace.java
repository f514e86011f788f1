package io.tailrace.cli.bench.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When each record of a constant rate is to be sent. The plan does not shift when something takes longer: what is late stays
 * late, and counts as waiting. Immutable.
 *
 * @param beginNs of the first record, by {@link System#nanoTime}
 */
record Pace(long beginNs, int perSecond) {

    static Pace beginningNow(int perSecond) {
        return new Pace(System.nanoTime(), perSecond);
    }

    /** When the record of that index is to be sent. */
    long intendedNs(long index) {
        long seconds = index / perSecond;
        long rest = index % perSecond;
        return beginNs + TimeUnit.SECONDS.toNanos(seconds) + TimeUnit.SECONDS.toNanos(rest) / perSecond;
    }

    /** Waits for the record's time and returns it; at once if it is over. */
    long await(long index) {
        long intendedNs = intendedNs(index);
        for (long leftNs = intendedNs - System.nanoTime(); leftNs > 0; leftNs = intendedNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
        return intendedNs;
    }
}
