package io.tailrace.forwarder.groups;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Who carries groups to the target now, the forwarder or a cutover: an advisory lock of the session. Two at a time could undo
 * what the other has written, since what a round writes was decided a moment before. Stateless.
 */
final class GroupLock {
    /** The first half of the lock's key: "grps" in ASCII. The second is the hash of the slot's name. */
    private static final int LOCK_CLASS = 0x67727073;

    private static final String TAKE = "SELECT pg_try_advisory_lock(?, hashtext(?))";
    private static final String RELEASE = "SELECT pg_advisory_unlock(?, hashtext(?))";

    private GroupLock() {}

    /** Tries to; returns whether this session has it now, once more than before. */
    static boolean take(Connection connection, String forwarder) throws SQLException {
        return ask(connection, TAKE, forwarder);
    }

    static void release(Connection connection, String forwarder) throws SQLException {
        ask(connection, RELEASE, forwarder);
    }

    private static boolean ask(Connection connection, String sql, String forwarder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, LOCK_CLASS);
            statement.setString(2, forwarder);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
