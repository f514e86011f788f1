package io.tailrace.forwarder.pipeline;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says so when the target keeps the forwarder waiting: after ten seconds, then once a minute. Confined to one thread. */
final class Waiting {
    private static final Logger LOGGER = LoggerFactory.getLogger(Waiting.class);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration FURTHER = Duration.ofMinutes(1);

    private boolean waiting;
    private boolean said;
    private long sinceNs;
    private long sayAtNs;

    /** Returns whether it has said so. */
    boolean stillWaiting(long unacknowledgedBytes) {
        long now = System.nanoTime();
        if (!waiting) {
            waiting = true;
            sinceNs = now;
            sayAtNs = now + FIRST.toNanos();
        }
        if (now - sayAtNs < 0) {
            return false;
        }
        said = true;
        sayAtNs = now + FURTHER.toNanos();
        LOGGER.atWarn()
                .addKeyValue("seconds", Duration.ofNanos(now - sinceNs).toSeconds())
                .addKeyValue("unacknowledgedBytes", unacknowledgedBytes)
                .log("waiting for the target; the replication slot keeps what follows");
        return true;
    }

    void over() {
        if (said) {
            LOGGER.atInfo().log("the target takes records again");
        }
        waiting = false;
        said = false;
    }
}
