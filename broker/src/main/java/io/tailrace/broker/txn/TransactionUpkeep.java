package io.tailrace.broker.txn;

import io.tailrace.broker.sql.Database;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to transactions without a request. Its methods are rounds: what fails is done in the next. Thread-safe. */
public final class TransactionUpkeep {

    private static final Logger LOGGER = LoggerFactory.getLogger(TransactionUpkeep.class);

    private final Database database;
    private final TransactionCoordinator coordinator;

    public TransactionUpkeep(Database database, TransactionCoordinator coordinator) {
        this.database = database;
        this.coordinator = coordinator;
    }

    /** Aborts what took too long and completes what is decided; returns at once. */
    public void keepUp() {
        coordinator.keepUp();
    }

    /**
     * Forgets transactional ids that nobody uses, and markers that nobody needs: after a day, once every forwarder is past them,
     * and after thirty days in any case.
     */
    public void expire() {
        coordinator.expire();
        String sql =
                """
                DELETE FROM kafka.transaction_markers m
                WHERE m.created_at < now() - interval '1 day'
                  AND (m.created_at < now() - interval '30 days'
                       OR NOT EXISTS (
                           SELECT FROM jsonb_to_recordset(m.partitions) AS w (topic int, partition int, last bigint)
                               JOIN kafka.forwarder_positions f ON f.topic_id = w.topic AND f.partition_id = w.partition
                           WHERE f.next_offset <= w.last))
                """;
        try {
            int rows = database.inTransaction(connection -> {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    return statement.executeUpdate();
                }
            });
            LOGGER.atDebug().addKeyValue("rows", rows).log("old outcomes of transactions removed");
        } catch (SQLException e) {
            LOGGER.atWarn().setCause(e).log("old outcomes of transactions are not removed yet; the next round will");
        }
    }
}
