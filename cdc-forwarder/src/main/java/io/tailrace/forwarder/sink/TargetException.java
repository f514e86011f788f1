package io.tailrace.forwarder.sink;

/** The target cannot be used at present: it does not answer, or refuses the login. Worth another try later. */
public final class TargetException extends RuntimeException {
    public TargetException(String message, Throwable cause) {
        super(message, cause);
    }
}
