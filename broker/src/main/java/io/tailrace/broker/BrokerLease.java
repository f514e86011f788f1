package io.tailrace.broker;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to be the one broker of a database.
 *
 * <p>An advisory lock, held on a connection of its own, keeps a second broker from starting. It is a courtesy: Postgres
 * drops it with the connection. What keeps the log right is the lease epoch, which each start raises and each append
 * checks, so that a broker that was cut off and replaced can write no more. Owns: the connection.
 */
final class BrokerLease implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(BrokerLease.class);

    /** "trbroker" in ASCII: one lock in each database, other than the one that guards migrations. */
    private static final long LOCK_KEY = 0x747262726f6b6572L;

    /** A broker that was killed leaves its lock until Postgres notices. */
    private static final long WAIT_MS = 15_000;

    private static final long RETRY_MS = 200;

    private final Connection connection;
    private final String clusterId;
    private final int epoch;

    private BrokerLease(Connection connection, String clusterId, int epoch) {
        this.connection = connection;
        this.clusterId = clusterId;
        this.epoch = epoch;
    }

    /**
     * Waits for a broker that is going away, then takes the lease.
     *
     * @throws BrokerException if another broker runs on this database
     */
    static BrokerLease acquire(Database database, Time time) throws SQLException {
        Connection connection = database.connect("tailrace-lease");
        try {
            lock(connection, time);
            return claim(connection);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static void lock(Connection connection, Time time) throws SQLException {
        long deadlineMs = time.milliseconds() + WAIT_MS;
        boolean told = false;
        while (!tryLock(connection)) {
            if (time.milliseconds() > deadlineMs) {
                throw new BrokerException("Another Tailrace broker runs on this database (" + holder(connection)
                        + "). Stop it, or give this one a database of its own with postgres.database.");
            }
            if (!told) {
                told = true;
                LOGGER.atInfo().log("another broker holds this database; waiting for it to go away");
            }
            time.sleep(RETRY_MS);
        }
    }

    private static boolean tryLock(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
            statement.setLong(1, LOCK_KEY);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static String holder(Connection connection) throws SQLException {
        String sql =
                """
                SELECT coalesce(host(a.client_addr), 'local') || ', connected since ' || a.backend_start::timestamptz(0)
                FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.locktype = 'advisory' AND l.granted
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND (l.classid::bigint << 32) | l.objid::bigint = ?
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, LOCK_KEY);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? "from " + row.getString(1) : "just gone";
            }
        }
    }

    private static BrokerLease claim(Connection connection) throws SQLException {
        String sql = "UPDATE kafka.cluster SET lease_epoch = lease_epoch + 1 RETURNING cluster_id, lease_epoch";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new BrokerException("The table kafka.cluster is empty: it must hold the one row that the schema's"
                        + " first migration wrote.");
            }
            return new BrokerLease(connection, row.getString(1), row.getInt(2));
        }
    }

    String clusterId() {
        return clusterId;
    }

    int epoch() {
        return epoch;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOGGER.atDebug().setCause(e).log("closing the lease's connection failed");
        }
    }
}
