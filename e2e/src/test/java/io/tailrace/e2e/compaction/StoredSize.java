package io.tailrace.e2e.compaction;

import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What the messages of a topic take in Postgres. Plain VACUUM, as autovacuum does it: it gives the end of a table back to the
 * file system when that is empty, and makes everything else that was deleted free for new rows; indexes keep their size and
 * fill again.
 *
 * @param rows of the table
 * @param tableBytes of the table with what is stored out of line ({@code pg_table_size})
 * @param totalBytes the same with its indexes ({@code pg_total_relation_size})
 */
public record StoredSize(long rows, long tableBytes, long totalBytes) {

    /** After a VACUUM. */
    public static StoredSize of(PostgresAddress database) throws SQLException {
        try (Connection connection = database.connect()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("VACUUM kafka.messages");
            }
            return measure(connection);
        }
    }

    /** Rows as they are now. */
    public static long rows(PostgresAddress database) throws SQLException {
        try (Connection connection = database.connect()) {
            return measure(connection).rows();
        }
    }

    private static StoredSize measure(Connection connection) throws SQLException {
        String sql =
                """
                SELECT (SELECT count(*) FROM kafka.messages), sum(pg_table_size(relid)), sum(pg_total_relation_size(relid))
                FROM pg_partition_tree('kafka.messages') WHERE isleaf
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new StoredSize(row.getLong(1), row.getLong(2), row.getLong(3));
        }
    }
}
