package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import io.tailrace.forwarder.source.SourceSession;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;

/** What commands that leave a request in Postgres must know of those who do it. Stateless. */
final class Forwarders {
    private static final String MIGRATION =
            "SELECT state FROM kafka.migration WHERE state = 'moved' OR fenced_until > clock_timestamp()";

    private Forwarders() {}

    /** Fails if the clients are moving to the target, or have moved: nothing else may be written there then. */
    static void requireNoMove(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MIGRATION);
                ResultSet row = statement.executeQuery()) {
            if (row.next()) {
                throw new UserError(
                        row.getString(1).equals("moved")
                                ? "the clients have moved to the target, so nothing is sent there from here any more"
                                : "a cutover is under way (producers are held back), so nothing is sent again now; try when it is over");
            }
        }
    }

    /** Says so where a request must wait for its forwarder. */
    static void sayIfNotRunning(Connection connection, Collection<String> forwarders, PrintWriter out)
            throws SQLException {
        for (String forwarder : forwarders) {
            if (!SourceSession.isRunning(connection, forwarder)) {
                out.println("forwarder " + forwarder + " is not running now; it does this when it is started");
            }
        }
    }
}
