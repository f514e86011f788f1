package io.tailrace.forwarder.cutover;

/** Why there is no move, in a sentence for the person who asked for it. Nothing has changed for the clients. */
public final class CutoverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CutoverException(String message) {
        super(message, null, false, false);
    }
}
