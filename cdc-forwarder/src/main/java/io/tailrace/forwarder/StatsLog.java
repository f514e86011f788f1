package io.tailrace.forwarder;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the counters every half minute, if they have changed. Confined to one thread. */
final class StatsLog {
    private static final Logger LOGGER = LoggerFactory.getLogger(StatsLog.class);
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final ForwarderStats stats;
    private ForwarderStats.Snapshot logged = new ForwarderStats.Snapshot(0, 0, 0, 0, 0, 0, 0);
    private long dueNs = System.nanoTime() + INTERVAL.toNanos();

    StatsLog(ForwarderStats stats) {
        this.stats = stats;
    }

    void logIfDue() {
        if (System.nanoTime() - dueNs >= 0) {
            dueNs = System.nanoTime() + INTERVAL.toNanos();
            log();
        }
    }

    void log() {
        ForwarderStats.Snapshot now = stats.snapshot();
        if (now.equals(logged)) {
            return;
        }
        logged = now;
        LOGGER.atInfo()
                .addKeyValue("forwarded", now.forwarded())
                .addKeyValue("arrived", now.arrived())
                .addKeyValue("skipped", now.skipped())
                .addKeyValue("repeated", now.repeated())
                .addKeyValue("lost", now.lost())
                .addKeyValue("gapsFilled", now.gapsFilled())
                .addKeyValue("restarts", now.restarts())
                .log("forwarded so far");
    }
}
