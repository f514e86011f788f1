package io.tailrace.broker.sql;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * What an exception means to a Kafka client. A database that is away, restarting, too busy or read-only passes, so it is
 * answered with an error that every client retries; what will not pass by itself is UNKNOWN_SERVER_ERROR.
 */
public final class SqlErrors {

    private static final Set<String> PASSING_CLASSES = Set.of("08", "40", "53", "57", "58");
    private static final Set<String> PASSING_STATES = Set.of("25006", "25P03", "25P04", "55P03");

    private SqlErrors() {}

    /** The error code for anything that was thrown on the way. */
    public static Errors errorOf(Throwable thrown) {
        Throwable cause = unwrap(thrown);
        if (cause instanceof SQLException sql) {
            return isPassing(sql) ? Errors.NOT_ENOUGH_REPLICAS : Errors.UNKNOWN_SERVER_ERROR;
        }
        return cause instanceof ApiException api ? Errors.forException(api) : Errors.UNKNOWN_SERVER_ERROR;
    }

    /** True for an error that is part of the protocol: answered, not logged. */
    public static boolean isExpected(Throwable thrown) {
        return unwrap(thrown) instanceof ApiException;
    }

    /**
     * True where the same statement may succeed later: connection lost or refused (class 08), server shutting down or
     * starting (57P), out of connections, memory or disk (53), errors of the disk (58), serialization and lock conflicts
     * (40, 55P03), cancelled by a timeout (57014, 25P03, 25P04), read-only after a failover (25006).
     */
    public static boolean isPassing(SQLException e) {
        String state = e.getSQLState();
        if (state == null) {
            return e instanceof SQLTransientException;
        }
        return (state.length() == 5 && PASSING_CLASSES.contains(state.substring(0, 2)))
                || PASSING_STATES.contains(state)
                || e instanceof SQLTransientException;
    }

    /** True where the connection is gone: broken (class 08), or ended by a Postgres that stops, crashes or starts (57P). */
    public static boolean isConnectionLost(Exception e) {
        String state = e instanceof SQLException sql ? sql.getSQLState() : null;
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }

    /** The exception under the wrappers that futures add. */
    public static Throwable unwrap(Throwable thrown) {
        Throwable current = thrown;
        while (current instanceof CompletionException && current.getCause() != null) {
            current = current.getCause();
        }
        return current;
    }

    /** A text for logs and clients: never null. */
    public static String message(@Nullable Throwable thrown) {
        if (thrown == null) {
            return "";
        }
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : message;
    }
}
