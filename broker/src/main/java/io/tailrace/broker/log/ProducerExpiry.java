package io.tailrace.broker.log;

import io.tailrace.broker.sql.Database;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets idempotent producers that have fallen silent, in the database; memory does so by itself. */
public final class ProducerExpiry {

    private static final Logger LOGGER = LoggerFactory.getLogger(ProducerExpiry.class);

    private final Database database;
    private final Duration expiration;

    public ProducerExpiry(Database database, Duration expiration) {
        this.database = database;
        this.expiration = expiration;
    }

    /** One round; what fails is done in the next. */
    public void run() {
        String sql = "DELETE FROM kafka.producer_sequences WHERE updated_at < now() - make_interval(secs => ?)";
        try {
            int rows = database.inTransaction(connection -> {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    statement.setDouble(1, expiration.toMillis() / 1000.0);
                    return statement.executeUpdate();
                }
            });
            LOGGER.atDebug().addKeyValue("rows", rows).log("expired producers removed");
        } catch (SQLException e) {
            LOGGER.atWarn().setCause(e).log("expired producers are not removed yet; the next round will");
        }
    }
}
