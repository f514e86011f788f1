package io.tailrace.forwarder.source;

/** The replication slot cannot be used now; the message says why and what to do. */
public final class SlotException extends RuntimeException {
    public SlotException(String message) {
        super(message);
    }
}
