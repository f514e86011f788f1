package io.tailrace.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The right to change the schema: a session-level advisory lock. It is asked for again and again instead of waited for,
 * since a statement that waits holds a snapshot, for which a migration's CREATE INDEX CONCURRENTLY would wait in turn.
 *
 * <p>Stateless; a connection of its own holds the lock for as long as the work takes.
 */
final class MigrationLock {
    /** Any number that nobody else uses: "tailrace" in ASCII. */
    private static final long KEY = 0x7461696c72616365L;

    private static final long RETRY_MS = 100;

    private MigrationLock() {}

    /** Waits for the lock, but no longer than the timeout (then a {@link SchemaException} says so), and does the work. */
    static void runAlone(DataSource dataSource, Duration timeout, Runnable work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(true);
            waitFor(connection, System.nanoTime() + timeout.toNanos(), timeout);
            try {
                work.run();
            } finally {
                unlock(connection);
            }
        }
    }

    private static void unlock(Connection connection) throws SQLException {
        try (PreparedStatement unlock = connection.prepareStatement("SELECT pg_advisory_unlock(?)")) {
            unlock.setLong(1, KEY);
            unlock.execute();
        }
    }

    private static void waitFor(Connection connection, long deadlineNs, Duration timeout) throws SQLException {
        while (!tryLock(connection)) {
            if (System.nanoTime() > deadlineNs) {
                throw new SchemaException(
                        "another program has been changing the schema for %d s; end it (see advisory locks in pg_locks), or wait for it, and start again"
                                .formatted(timeout.toSeconds()));
            }
            sleep();
        }
    }

    private static boolean tryLock(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
            lock.setLong(1, KEY);
            try (ResultSet row = lock.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SchemaException("interrupted while waiting to change the schema", e);
        }
    }
}
