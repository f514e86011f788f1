package io.tailrace.cli.dev;

import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Asks Postgres how far broker and forwarder have come. Confined to one thread. Owns: its connection. */
final class RecordCounter implements AutoCloseable {

    private static final String QUERY =
            """
            SELECT coalesce(sum(p.next_offset), 0),
                   coalesce(sum(least(coalesce(f.next_offset, 0), p.next_offset)), 0)
            FROM kafka.partitions p
                JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL
                LEFT JOIN kafka.forwarder_positions f
                    ON f.topic_id = p.topic_id AND f.partition_id = p.partition_id
            """;

    private final PostgresAddress address;
    private @Nullable Connection connection;

    RecordCounter(PostgresAddress address) {
        this.address = address;
    }

    /** Connects if need be; after an error the next call connects anew. */
    RecordCounts count() throws SQLException {
        try {
            return query(connected());
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    private static RecordCounts query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            row.next();
            return new RecordCounts(row.getLong(1), row.getLong(2));
        }
    }

    private Connection connected() throws SQLException {
        Connection current = connection;
        if (current == null) {
            Properties properties = new Properties();
            properties.setProperty("user", address.user());
            properties.setProperty("password", address.password());
            properties.setProperty("ApplicationName", "tailrace-dev");
            properties.setProperty("socketTimeout", "10");
            current = DriverManager.getConnection(address.jdbcUrl(), properties);
            connection = current;
        }
        return current;
    }

    @Override
    public void close() throws SQLException {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
