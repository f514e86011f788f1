package io.tailrace.broker.net;

/** The broker cannot listen on its address. The message is for the person who starts it. */
public final class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
