package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Counts the rows of a topic's log. */
public final class LogRows {

    private static final String QUERY =
            """
            SELECT count(*)
            FROM kafka.messages m JOIN kafka.topics t ON t.id = m.topic_id
            WHERE t.name = ? AND t.deleted_at IS NULL
            """;

    private LogRows() {}

    public static long count(PostgresAddress address, String topic) {
        try (Connection connection = address.connect();
                PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, topic);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new UserError("the rows of topic " + topic + " cannot be counted: " + e.getMessage());
        }
    }
}
