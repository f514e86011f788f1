package io.tailrace.forwarder.reverse;

import java.time.Duration;

/**
 * How the clients return.
 *
 * @param broker the address of the broker here, in whose groups the offsets are written
 * @param limit how long to wait for the records of the target, and then for the broker
 * @param quiet for how long nothing must have been written at the target
 */
public record ReturnSettings(String broker, Duration limit, Duration quiet) {
    public ReturnSettings {
        if (broker.isBlank()) {
            throw new IllegalArgumentException("the address of the broker is missing");
        }
        if (limit.isNegative() || quiet.isNegative() || quiet.compareTo(limit) > 0) {
            throw new IllegalArgumentException("the limit (%s s) must be at least as long as the quiet time (%s s)"
                    .formatted(limit.toSeconds(), quiet.toSeconds()));
        }
    }
}
