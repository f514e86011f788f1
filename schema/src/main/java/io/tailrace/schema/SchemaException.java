package io.tailrace.schema;

import java.sql.SQLException;

/** Postgres, or this database, cannot be used as it is. The message says why and what to do about it. */
public final class SchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SchemaException(String message) {
        super(message);
    }

    public SchemaException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Postgres failed. A pool only says that it waited in vain; what Postgres said is the cause behind that. */
    static SchemaException of(SQLException e) {
        SQLException told = e;
        while (told.getCause() instanceof SQLException cause) {
            told = cause;
        }
        return new SchemaException("cannot use Postgres: " + told.getMessage(), e);
    }
}
