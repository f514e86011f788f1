package io.tailrace.schema;

/** Postgres, or this database, cannot be used as it is. The message says why and what to do about it. */
public final class SchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SchemaException(String message) {
        super(message);
    }

    public SchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}
