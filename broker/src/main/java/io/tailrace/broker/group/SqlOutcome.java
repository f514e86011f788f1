package io.tailrace.broker.group;

import java.sql.SQLException;

/** Whether a statement that failed may have been committed all the same. */
final class SqlOutcome {

    private SqlOutcome() {}

    /**
     * True where the connection was lost (class 08, or no state at all) or the server gave it up (57P01 and its like) while
     * the statement was under way. Any other error says that Postgres has taken everything back.
     */
    static boolean isUnknown(SQLException e) {
        if (e instanceof ShardConnections.CommitUnknownException) {
            return true;
        }
        if (e instanceof ShardConnections.NotConnectedException) {
            return false;
        }
        String state = e.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P");
    }
}
