package io.tailrace.forwarder.sink;

/** One topic cannot be forwarded: it has too few partitions on the target, or may not be created there. */
public final class TargetTopicException extends Exception {
    public TargetTopicException(String message) {
        super(message);
    }
}
