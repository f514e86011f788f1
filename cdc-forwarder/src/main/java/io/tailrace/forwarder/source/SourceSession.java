package io.tailrace.forwarder.source;

import io.tailrace.config.PostgresConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The forwarder's own connection, and on it an advisory lock of the slot's name: two forwarders with the same name
 * would forward everything twice, and the slot alone keeps them apart only while its stream runs. Confined to one
 * thread at a time. Owns: the connection, and with it the lock.
 */
public final class SourceSession implements AutoCloseable {
    /** The first half of the lock's key: "tail" in ASCII. The second is the hash of the slot's name. */
    private static final int LOCK_CLASS = 0x7461696c;

    private static final String LOCK = "SELECT pg_try_advisory_lock(?, hashtext(?))";

    private static final String IS_LOCKED =
            """
            SELECT EXISTS (
                SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
                WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
                  AND l.classid::bigint = ? AND l.objid::bigint = hashtext(?)::bigint & 4294967295)""";

    private final Connection connection;

    private SourceSession(Connection connection) {
        this.connection = connection;
    }

    /** A source of connections as the configuration says, without a pool. */
    public static DataSource dataSource(PostgresConfig config) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(config.jdbcUrl());
        Properties properties = config.connectionProperties("tailrace-forwarder");
        for (String name : properties.stringPropertyNames()) {
            try {
                dataSource.setProperty(name, properties.getProperty(name));
            } catch (SQLException unknown) {
                throw new IllegalArgumentException("pgjdbc does not know the property " + name, unknown);
            }
        }
        return dataSource;
    }

    public static SourceSession open(DataSource dataSource) throws SQLException {
        return new SourceSession(dataSource.getConnection());
    }

    public Connection connection() {
        return connection;
    }

    /** Whether this process is, from now on, the only forwarder of the slot. */
    public boolean lock(String slot) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setInt(1, LOCK_CLASS);
            statement.setString(2, slot);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Whether some process is the forwarder of the slot now. */
    public static boolean isRunning(Connection connection, String slot) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(IS_LOCKED)) {
            statement.setInt(1, LOCK_CLASS);
            statement.setString(2, slot);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException gone) {
            // The connection is broken, which ends it as well.
        }
    }
}
