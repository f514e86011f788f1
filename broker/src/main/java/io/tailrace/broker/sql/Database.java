package io.tailrace.broker.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tailrace.config.PostgresConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

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

    /**
     * Rows are found by their keys, whatever the size of their tables and whatever statistics say. Left to itself the planner
     * plans the same statement anew each time where tables are large, which takes longer than to run it.
     */
    private static final String KEYED_OPTIONS =
            " -c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off";

    /** What is acknowledged is on disk, also in a database that is set to do without. */
    private static final String COMMIT_TO_DISK = "SELECT set_config('synchronous_commit', 'on', false)"
            + " WHERE current_setting('synchronous_commit') = 'off'";

    private static final int ATTEMPTS = 2;

    private final PostgresConfig config;
    private final HikariDataSource fetchPool;
    private final HikariDataSource generalPool;

    public Database(PostgresConfig config, int fetchConnections) {
        this.config = config;
        this.generalPool = pool("tailrace-broker", config.poolSize(), config.connectionProperties("tailrace-broker"));
        this.fetchPool = pool("tailrace-fetch", fetchConnections, fetchProperties(config));
    }

    private static Properties fetchProperties(PostgresConfig config) {
        Properties properties = withOptions(config.connectionProperties("tailrace-fetch"), FETCH_OPTIONS);
        // Prepared on the server from the first use on, so that keys and values come as bytes and not as hexadecimal
        // text.
        properties.setProperty("prepareThreshold", "1");
        return properties;
    }

    private static Properties withOptions(Properties properties, String options) {
        properties.setProperty("options", properties.getProperty("options", "") + options);
        return properties;
    }

    private HikariDataSource pool(String name, int size, Properties properties) {
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName(name);
        hikari.setJdbcUrl(config.jdbcUrl());
        hikari.setDataSourceProperties(properties);
        hikari.setMaximumPoolSize(size);
        hikari.setConnectionInitSql(COMMIT_TO_DISK);
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

    /** A connection outside the pools whose statements find their rows by keys; the caller closes it. */
    public Connection connectKeyed(String applicationName) throws SQLException {
        return DriverManager.getConnection(
                config.jdbcUrl(), withOptions(config.connectionProperties(applicationName), KEYED_OPTIONS));
    }

    /** New connections outside the pools, for work that needs several at a time. */
    public DataSource unpooled(String applicationName) throws SQLException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setURL(config.jdbcUrl());
        Properties properties = config.connectionProperties(applicationName);
        for (String name : properties.stringPropertyNames()) {
            dataSource.setProperty(name, properties.getProperty(name));
        }
        return dataSource;
    }

    /**
     * Work in one transaction on the general pool. A connection that Postgres has ended since its last use is found by the
     * next one; then the work runs a second time, on a new connection, so it must not do anything but use its connection.
     */
    public <T> T inTransaction(SqlFunction<T> work) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = generalPool.getConnection()) {
                Optional<T> result = attempt(connection, work, attempt == ATTEMPTS);
                if (result.isPresent()) {
                    return result.get();
                }
            }
            generalPool.getHikariPoolMXBean().softEvictConnections();
        }
    }

    /** Nothing if the connection was lost before the commit. */
    private static <T> Optional<T> attempt(Connection connection, SqlFunction<T> work, boolean last)
            throws SQLException {
        boolean committing = false;
        connection.setAutoCommit(false);
        try {
            T result = work.apply(connection);
            committing = true;
            connection.commit();
            return Optional.of(result);
        } catch (SQLException | RuntimeException e) {
            rollback(connection, e);
            if (!last && !committing && SqlErrors.isConnectionLost(e)) {
                return Optional.empty();
            }
            throw e;
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
