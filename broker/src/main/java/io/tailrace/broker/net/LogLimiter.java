package io.tailrace.broker.net;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets a few log lines per period pass and counts the rest, because anyone who can reach the port can cause such lines.
 * Thread-safe (guarded by itself).
 */
final class LogLimiter {
    private final int linesPerPeriod;
    private final long periodNs;
    private final LongSupplier nanoClock;
    private long periodStartNs;
    private int lines;
    private long suppressed;

    LogLimiter(int linesPerPeriod, Duration period, LongSupplier nanoClock) {
        this.linesPerPeriod = linesPerPeriod;
        this.periodNs = TimeUnit.NANOSECONDS.convert(period);
        this.nanoClock = nanoClock;
        this.periodStartNs = nanoClock.getAsLong();
    }

    /** Ten lines in ten seconds. */
    static LogLimiter ofDefaultRate() {
        return new LogLimiter(10, Duration.ofSeconds(10), System::nanoTime);
    }

    /** Returns how many lines were suppressed since the last one that passed, or -1 if this one is to be suppressed. */
    synchronized long tryPass() {
        long now = nanoClock.getAsLong();
        if (now - periodStartNs >= periodNs) {
            periodStartNs = now;
            lines = 0;
        }
        if (lines == linesPerPeriod) {
            suppressed++;
            return -1;
        }
        lines++;
        long result = suppressed;
        suppressed = 0;
        return result;
    }
}
