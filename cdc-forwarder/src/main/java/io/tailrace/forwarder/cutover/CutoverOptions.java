package io.tailrace.forwarder.cutover;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a cutover is made.
 *
 * @param limit how long producers may be held back at most
 * @param patience how long to wait for what is missing before that
 * @param redirect whether clients are passed on to the target, or refused with its address
 * @param broker the broker's address, by which transactions that stay open are aborted; null leaves them and gives up
 */
public record CutoverOptions(Duration limit, Duration patience, boolean redirect, @Nullable String broker) {
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int PATIENT_PARTS = 3;

    public CutoverOptions {
        if (limit.toSeconds() < 1 || limit.compareTo(LONGEST) > 0) {
            throw new CutoverException(
                    "producers can be held back for 1 s to 3600 s, not for " + limit.toSeconds() + " s");
        }
    }

    /** How long open transactions may take to end behind the fence. */
    Duration transactionPatience() {
        return limit.dividedBy(PATIENT_PARTS);
    }
}
