package io.tailrace.forwarder.source;

import org.jspecify.annotations.Nullable;

/** Reading from Postgres failed. Worth another try with a new connection. */
public final class SourceException extends RuntimeException {
    public SourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
