package io.tailrace.broker.log;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An appender's connection: opened when it is needed, given up after any failure, and one line in the log when the
 * database goes away and one when it is back. Confined to the appender's thread.
 */
final class AppendConnection {

    private static final Logger LOGGER = LoggerFactory.getLogger(AppendConnection.class);

    private final Database database;
    private final String name;
    private @Nullable Connection connection;
    private boolean failing;

    AppendConnection(Database database, String name) {
        this.database = database;
        this.name = name;
    }

    /** The connection, opened if need be; not in auto-commit mode. */
    Connection current() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = database.connectKeyed(name);
            connection = open;
            commitToDisk(open);
            open.setAutoCommit(false);
        }
        return open;
    }

    /** Acknowledged means on disk, also in a database that is set to do without. */
    private static void commitToDisk(Connection open) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.execute("SELECT set_config('synchronous_commit', 'on', false)"
                    + " WHERE current_setting('synchronous_commit') = 'off'");
        }
    }

    void onSuccess() {
        if (failing) {
            failing = false;
            LOGGER.atInfo().log("Postgres takes records again");
        }
    }

    void onFailure(SQLException e) {
        if (!failing) {
            failing = true;
            LOGGER.atWarn().setCause(e).log("Postgres does not take records; producers are told to try again");
        }
        close();
    }

    void close() {
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
