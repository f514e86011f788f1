package io.tailrace.broker.protocol;

import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Takes every array for keyed and every key for equal, and refuses what could then take more than a few seconds: one array of
 * more than about 1,000 elements, or many of hundreds.
 */
final class KeyedArraysGuard extends ArrayGuard {
    private static final double MAX_STEPS = 1.2e9;

    private double steps;

    @Override
    void onArray(int length) {
        if (length > 0) {
            steps += Math.pow(length, 3);
        }
        if (steps > MAX_STEPS) {
            throw new InvalidRequestException("too many elements in one request; send several smaller ones");
        }
    }
}
