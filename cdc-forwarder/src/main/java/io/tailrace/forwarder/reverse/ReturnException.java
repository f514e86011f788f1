package io.tailrace.forwarder.reverse;

/** The clients cannot return, or not now; the message is for the person who asked for it. Nothing has changed then. */
public final class ReturnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReturnException(String message) {
        super(message);
    }
}
