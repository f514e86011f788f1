package io.tailrace.forwarder.tables;

/** Tables cannot be streamed now. The message says why and, where somebody can do something about it, what. */
public final class TablesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TablesException(String message) {
        super(message);
    }
}
