package io.tailrace.cli.bench.load;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The time of day, which other processes of this machine share. */
final class Clock {

    private Clock() {}

    /** Microseconds since 1970. */
    static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
