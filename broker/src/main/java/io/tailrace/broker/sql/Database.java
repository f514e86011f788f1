package io.tailrace.broker.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tailrace.config.PostgresConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * The broker's connections to Postgres, one kind for each purpose, so that none can starve another: a pool for reading
 * the log, a small one for all else, and connections of their own for the appenders. Thread-safe.
 *
 * <p>Owns: both pools.
 */
public final class Database implements AutoCloseable {

    /**
     * Reads of the log are always by primary key, in its order. A leaf without statistics must not tempt the planner into
     * a sort or a scan of the whole.
     */
    private static final String FETCH_OPTIONS =
            " -c enable_sort=off -c enable_bitmapscan=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan";

    private final PostgresConfig config;
    private final HikariDataSource fetchPool;
    private final HikariDataSource generalPool;

    public Database(PostgresConfig config, int fetchConnections) {
        this.config = config;
        this.generalPool = pool("tailrace-broker", config.poolSize(), "");
        this.fetchPool = pool("tailrace-fetch", fetchConnections, FETCH_OPTIONS);
    }

    private HikariDataSource pool(String name, int size, String options) {
        Properties properties = config.connectionProperties(name);
        properties.setProperty("options", properties.getProperty("options", "") + options);
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(name);
        hikari.setJdbcUrl(config.jdbcUrl());
        hikari.setDataSourceProperties(properties);
        hikari.setMaximumPoolSize(size);
        hikari.setMinimumIdle(0);
        // No query on an idle pool: a dead connection is found when it is taken out.
        hikari.setKeepaliveTime(0);
        hikari.setConnectionTimeout(config.connectTimeout().toMillis());
        hikari.setInitializationFailTimeout(-1);
        return new HikariDataSource(hikari);
    }

    /** For reading the log by primary key. */
    public DataSource fetchPool() {
        return fetchPool;
    }

    /** For everything but appending and reading the log; in auto-commit mode. */
    public DataSource generalPool() {
        return generalPool;
    }

    /** A connection outside the pools; the caller closes it. */
    public Connection connect(String applicationName) throws SQLException {
        return DriverManager.getConnection(config.jdbcUrl(), config.connectionProperties(applicationName));
    }

    /** Work in one transaction on the general pool. */
    public <T> T inTransaction(SqlFunction<T> work) throws SQLException {
        try (Connection connection = generalPool.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.apply(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollback(connection, e);
                throw e;
            }
        }
    }

    private static void rollback(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** What is done with a connection. */
    @FunctionalInterface
    public interface SqlFunction<T> {
        T apply(Connection connection) throws SQLException;
    }

    @Override
    public void close() {
        fetchPool.close();
        generalPool.close();
    }
}
