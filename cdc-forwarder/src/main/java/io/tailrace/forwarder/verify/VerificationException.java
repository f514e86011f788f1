package io.tailrace.forwarder.verify;

/** Nothing can be verified; the message says why and what to do. */
public final class VerificationException extends RuntimeException {
    public VerificationException(String message) {
        super(message);
    }
}
