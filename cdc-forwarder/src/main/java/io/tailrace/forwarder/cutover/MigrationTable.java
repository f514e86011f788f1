package io.tailrace.forwarder.cutover;

import io.tailrace.forwarder.cutover.MigrationState.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/** The SQL of {@code kafka.migration}. Stateless; each call is a transaction of its own on the connection that it is given. */
public final class MigrationTable {
    private static final String READ =
            """
            SELECT m.state, m.fence_number, extract(epoch FROM m.fenced_until - clock_timestamp()) * 1000, m.redirect,
                   m.forwarder, m.heeded_by = c.lease_epoch, m.node_id
            FROM kafka.migration m CROSS JOIN kafka.cluster c""";

    private MigrationTable() {}

    /** How things stand. A fence that has ended by itself is none. */
    public static MigrationState read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ);
                ResultSet row = statement.executeQuery()) {
            row.next();
            long leftMs = Math.max(0, row.getLong(3));
            Stage stage =
                    switch (row.getString(1)) {
                        case "moved" -> Stage.MOVED;
                        case "fenced" -> leftMs > 0 ? Stage.FENCED : Stage.NONE;
                        default -> Stage.NONE;
                    };
            return new MigrationState(
                    stage,
                    row.getLong(2),
                    Duration.ofMillis(leftMs),
                    row.getBoolean(4),
                    row.getString(5),
                    row.getBoolean(6),
                    row.getObject(7, Integer.class));
        }
    }

    /** Holds producers back. @return the number of the fence */
    public static long fence(Connection connection, int seconds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT kafka.fence(?)")) {
            statement.setInt(1, seconds);
            return number(statement);
        }
    }

    /** Lets producers go on. @return whether they were held back */
    public static boolean lift(Connection connection) throws SQLException {
        boolean held = read(connection).stage() == Stage.FENCED;
        try (PreparedStatement statement = connection.prepareStatement("SELECT kafka.lift_fence()")) {
            statement.execute();
        }
        return held;
    }

    /** Holds commits of offsets back, behind a fence. @return the number of the freeze */
    static long freeze(Connection connection, long fence, int seconds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT kafka.freeze_groups(?, ?)")) {
            statement.setLong(1, fence);
            statement.setInt(2, seconds);
            return number(statement);
        }
    }

    /** Sends the clients on; fails unless fence and freeze have held without a break. */
    static void markMoved(Connection connection, long fence, long freeze, String forwarder, boolean redirect)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT kafka.mark_moved(?, ?, ?, ?)")) {
            statement.setLong(1, fence);
            statement.setLong(2, freeze);
            statement.setString(3, forwarder);
            statement.setBoolean(4, redirect);
            statement.execute();
        }
    }

    private static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
