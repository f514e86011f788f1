package io.tailrace.local;

import org.jspecify.annotations.Nullable;

/** A child process could not be started or stopped. The message is a sentence for the user. */
public final class LocalServerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LocalServerException(String message) {
        super(message);
    }

    public LocalServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
