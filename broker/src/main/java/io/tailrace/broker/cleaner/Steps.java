package io.tailrace.broker.cleaner;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of a round, each a transaction of its own, on one connection that is opened when it is needed, and pauses
 * between them in proportion to what they take: when the database is busy, a step takes longer and so does the pause.
 * Confined to one thread, which may be interrupted in a pause. Owns: the connection.
 */
final class Steps implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Steps.class);
    private static final long LEAST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /**
     * A commit of the cleaner need not be on disk before it goes on: what a crash undoes is done again. Rows are always
     * found by primary key, whatever the planner thinks of a leaf without statistics.
     */
    private static final String SESSION =
            "SET synchronous_commit = off; SET enable_seqscan = off; SET enable_bitmapscan = off";

    private final Database database;
    private final String name;
    private final int busyPercent;
    private final LongAdder deletedRows = new LongAdder();
    private @Nullable Connection connection;
    private long owedNs;

    Steps(Database database, String name, int busyPercent) {
        this.database = database;
        this.name = name;
        this.busyPercent = busyPercent;
    }

    /** One step: a statement or a few, in auto-commit mode. */
    @FunctionalInterface
    interface Step<T> {
        T run(Connection connection) throws SQLException;
    }

    /** A step without a result. */
    @FunctionalInterface
    interface Action {
        void run(Connection connection) throws SQLException;
    }

    /** Runs a step and pauses. @throws InterruptedException where the cleaner is to stop; the step is done */
    <T> T run(Step<T> step) throws SQLException, InterruptedException {
        Connection current = connection();
        long startNs = System.nanoTime();
        T result = step.run(current);
        owedNs += (System.nanoTime() - startNs) * (100 - busyPercent) / busyPercent;
        if (owedNs >= LEAST_PAUSE_NS) {
            long pauseNs = owedNs;
            owedNs = 0;
            TimeUnit.NANOSECONDS.sleep(pauseNs);
        } else if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return result;
    }

    void act(Action action) throws SQLException, InterruptedException {
        run(connection -> {
            action.run(connection);
            return action;
        });
    }

    /** Steps have deleted so many rows more. */
    void countDeleted(long rows) {
        deletedRows.add(rows);
    }

    /** On any thread: how many rows were deleted since the start. */
    long deletedRows() {
        return deletedRows.sum();
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = database.connect(name);
            connection = open;
            try (Statement statement = open.createStatement()) {
                statement.execute(SESSION);
            }
        }
        return open;
    }

    /** True if the connection is of no more use. */
    boolean isBroken() {
        try {
            return connection == null || connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                LOGGER.atDebug().setCause(e).log("closing a connection failed");
            }
        }
    }
}
