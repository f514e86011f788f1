package io.tailrace.broker.outbox;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many records of SQL wait, and how many cannot be written, as it was when last looked at. Read on any thread. */
public final class OutboxBacklog {

    private static final Logger LOGGER = LoggerFactory.getLogger(OutboxBacklog.class);

    /** Nobody needs to know how many there are beyond this. */
    private static final int MOST = 100_000;

    private static final String COUNT =
            """
            SELECT (SELECT count(*) FROM (SELECT FROM kafka.outbox WHERE failure IS NULL LIMIT ?) AS waiting),
                   (SELECT count(*) FROM (SELECT FROM kafka.outbox WHERE failure IS NOT NULL LIMIT ?) AS failed)
            """;

    private record Counts(long waiting, long failed) {}

    private final Database database;
    private volatile Counts counts = new Counts(0, 0);

    public OutboxBacklog(Database database) {
        this.database = database;
    }

    /** Looks; blocks. */
    public void refresh() {
        try {
            counts = database.inTransaction(OutboxBacklog::count);
        } catch (SQLException e) {
            LOGGER.atDebug().setCause(e).log("kafka.outbox could not be counted");
        }
    }

    private static Counts count(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
            statement.setInt(1, MOST);
            statement.setInt(2, MOST);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Counts(row.getLong(1), row.getLong(2));
            }
        }
    }

    public long waiting() {
        return counts.waiting();
    }

    public long failed() {
        return counts.failed();
    }
}
