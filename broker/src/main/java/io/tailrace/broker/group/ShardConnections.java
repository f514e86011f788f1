package io.tailrace.broker.group;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections by which shards are written and read: at most one for each thread of the coordinator, apart from the pool
 * so that commits of offsets wait for nobody. A connection that failed is given up. For a moment after Postgres could not
 * be reached nobody tries again, so that the coordinator's threads, which also answer heartbeats, do not pile up at it.
 *
 * <p>Thread-safe. Owns: the connections.
 */
final class ShardConnections implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ShardConnections.class);
    private static final long REST_AFTER_FAILURE_MS = 250;

    private final Database database;
    private final Time time;
    private final BlockingDeque<Connection> idle = new LinkedBlockingDeque<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile long notBeforeMs;
    private volatile boolean failing;

    ShardConnections(Database database, Time time) {
        this.database = database;
        this.time = time;
    }

    /** Work with a connection in auto-commit mode. */
    <T> T use(Database.SqlFunction<T> work) throws SQLException {
        Connection connection = take();
        try {
            T result = work.apply(connection);
            giveBack(connection);
            return result;
        } catch (SQLException e) {
            discard(connection);
            throw e;
        } catch (RuntimeException e) {
            giveBack(connection);
            throw e;
        }
    }

    /**
     * Work in one transaction, which is rolled back if it throws.
     *
     * @throws CommitUnknownException where it may be committed or not
     */
    <T> T inTransaction(Database.SqlFunction<T> work) throws SQLException {
        return use(connection -> {
            connection.setAutoCommit(false);
            T result;
            try {
                result = work.apply(connection);
            } catch (RuntimeException e) {
                connection.rollback();
                connection.setAutoCommit(true);
                throw e;
            }
            commit(connection);
            connection.setAutoCommit(true);
            return result;
        });
    }

    private static void commit(Connection connection) throws CommitUnknownException {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new CommitUnknownException(e);
        }
    }

    /** The connection was lost, or the server failed, while it committed. */
    static final class CommitUnknownException extends SQLException {
        private static final long serialVersionUID = 1L;

        CommitUnknownException(SQLException cause) {
            super(cause.getMessage(), cause.getSQLState(), cause);
        }
    }

    /** There is no connection, so nothing was sent. */
    static final class NotConnectedException extends SQLException {
        private static final long serialVersionUID = 1L;

        NotConnectedException(String message) {
            super(message, "08001");
        }

        NotConnectedException(SQLException cause) {
            super(cause.getMessage(), "08001", cause);
        }
    }

    private Connection take() throws NotConnectedException {
        Connection connection = idle.pollFirst();
        return connection != null ? connection : connect();
    }

    private Connection connect() throws NotConnectedException {
        if (closed) {
            throw new NotConnectedException("the broker stops");
        }
        if (time.milliseconds() < notBeforeMs) {
            throw new NotConnectedException("Postgres could not be reached a moment ago");
        }
        try {
            Connection connection = database.connectKeyed("tailrace-groups");
            open.add(connection);
            prepare(connection);
            onReached();
            return connection;
        } catch (SQLException e) {
            onUnreachable(e);
            throw new NotConnectedException(e);
        }
    }

    /** Acknowledged means on disk. */
    private void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('synchronous_commit', 'on', false)"
                    + " WHERE current_setting('synchronous_commit') = 'off'");
        } catch (SQLException e) {
            discard(connection);
            throw e;
        }
    }

    private void onReached() {
        if (failing) {
            failing = false;
            LOGGER.atInfo().log("Postgres takes changes of consumer groups again");
        }
    }

    private void onUnreachable(SQLException e) {
        notBeforeMs = time.milliseconds() + REST_AFTER_FAILURE_MS;
        if (!failing) {
            failing = true;
            LOGGER.atWarn()
                    .setCause(e)
                    .log("Postgres does not take changes of consumer groups; consumers are told to try again");
        }
    }

    private void giveBack(Connection connection) {
        idle.offerFirst(connection);
        if (closed && idle.remove(connection)) {
            discard(connection);
        }
    }

    private void discard(Connection connection) {
        open.remove(connection);
        try {
            connection.close();
        } catch (SQLException e) {
            LOGGER.atDebug().setCause(e).log("closing a connection failed");
        }
    }

    /** Cuts off what is still under way. */
    void abort() {
        closed = true;
        for (Connection connection : open) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                LOGGER.atDebug().setCause(e).log("cutting a connection off failed");
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        Connection connection = idle.pollFirst();
        while (connection != null) {
            discard(connection);
            connection = idle.pollFirst();
        }
    }
}
