package io.tailrace.forwarder.cutover;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Transactions that hold up a drain: they have records in the log or offsets that wait, or are decided and not completed. One that
 * is open and has neither would lose nothing. Stateless.
 */
final class OpenTransactions {
    private static final String NAMES =
            """
            SELECT coalesce(t.transactional_id, 'producer ' || o.producer_id) AS name
            FROM (SELECT p.producer_id FROM kafka.transaction_partitions p
                      JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL
                  WHERE p.first_offset IS NOT NULL
                  UNION SELECT producer_id FROM kafka.group_pending_records
                  UNION SELECT producer_id FROM kafka.transactions WHERE state IN ('PrepareCommit', 'PrepareAbort')) o
                LEFT JOIN kafka.transactions t ON o.producer_id IN (t.producer_id, t.previous_producer_id)
            ORDER BY name""";

    private OpenTransactions() {}

    /** Their transactional ids. */
    static List<String> names(Connection connection) throws SQLException {
        return Sql.texts(connection, NAMES);
    }
}
