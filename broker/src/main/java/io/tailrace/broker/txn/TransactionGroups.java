package io.tailrace.broker.txn;

import io.tailrace.broker.group.OffsetProducer;
import io.tailrace.broker.group.TransactionOutcomes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.requests.TransactionResult;
import org.postgresql.PGConnection;

/**
 * What consumer groups must know of transactions, from the tables. A lock on the row of a transaction's group puts the commit of
 * offsets and the end of the transaction in order, as that on a partition's row does for records. Stateless.
 */
public final class TransactionGroups implements TransactionOutcomes {

    @Override
    public void keepOpen(Connection connection, String groupId, OffsetProducer producer) throws SQLException {
        String sql =
                """
                SELECT ending FROM kafka.transaction_groups
                WHERE producer_id = ? AND group_id = ? AND producer_epoch = ?
                FOR SHARE
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, producer.producerId());
            statement.setString(2, groupId);
            statement.setShort(3, producer.producerEpoch());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next() || row.getBoolean(1)) {
                    throw notPartOfTransaction(connection, groupId, producer);
                }
            }
        }
    }

    private static RuntimeException notPartOfTransaction(Connection connection, String groupId, OffsetProducer producer)
            throws SQLException {
        String sql = "SELECT producer_epoch FROM kafka.transactions WHERE producer_id = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, producer.producerId());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return new InvalidPidMappingException(
                            "Producer id " + producer.producerId() + " belongs to no transactional id");
                }
                short current = row.getShort(1);
                return current == producer.producerEpoch()
                        ? new TransactionAbortableException("Group " + groupId
                                + " is not part of an open transaction of producer " + producer.producerId())
                        : new InvalidProducerEpochException("Epoch of producer " + producer.producerId() + " is "
                                + producer.producerEpoch() + ", but the transaction coordinator's is " + current);
            }
        }
    }

    @Override
    public Map<OffsetProducer, TransactionResult> decided(Connection connection, Collection<OffsetProducer> producers)
            throws SQLException {
        // Offsets of a transaction that is gone altogether cannot have been committed.
        String sql =
                """
                SELECT p.producer_id, p.producer_epoch,
                       coalesce(bool_or(g.ending AND t.state = 'PrepareCommit'), false) AS committed
                FROM unnest(?::bigint[], ?::smallint[]) AS p (producer_id, producer_epoch)
                    LEFT JOIN kafka.transaction_groups g USING (producer_id, producer_epoch)
                    LEFT JOIN kafka.transactions t USING (producer_id)
                GROUP BY p.producer_id, p.producer_epoch
                HAVING NOT coalesce(bool_or(NOT g.ending), false)
                """;
        long[] ids = producers.stream().mapToLong(OffsetProducer::producerId).toArray();
        Short[] epochs = producers.stream().map(OffsetProducer::producerEpoch).toArray(Short[]::new);
        Map<OffsetProducer, TransactionResult> decided = new HashMap<>();
        PGConnection arrays = connection.unwrap(PGConnection.class);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, arrays.createArrayOf("int8", ids));
            statement.setArray(2, arrays.createArrayOf("int2", epochs));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    decided.put(
                            new OffsetProducer(rows.getLong(1), rows.getShort(2)),
                            rows.getBoolean(3) ? TransactionResult.COMMIT : TransactionResult.ABORT);
                }
            }
        }
        return decided;
    }
}
