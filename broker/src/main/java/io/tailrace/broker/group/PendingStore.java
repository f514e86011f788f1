package io.tailrace.broker.group;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;

/** The SQL of offsets that wait for the outcome of a transaction. Stateless but for the decoder. */
final class PendingStore {

    private final CoordinatorRecordSerde serde;

    PendingStore(CoordinatorRecordSerde serde) {
        this.serde = serde;
    }

    /** The transactions that a shard holds records of. */
    List<OffsetProducer> producers(Connection connection, int shard) throws SQLException {
        String sql = "SELECT DISTINCT producer_id, producer_epoch FROM kafka.group_pending_records WHERE shard = ?";
        List<OffsetProducer> producers = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, shard);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    producers.add(new OffsetProducer(rows.getLong(1), rows.getShort(2)));
                }
            }
        }
        return producers;
    }

    /**
     * Ends a transaction: its records become the shard's, where nothing newer is there, or go. In the caller's Postgres
     * transaction.
     *
     * @return false if the shard is not at this position; then the caller rolls back
     */
    boolean end(Connection connection, ShardStore.Position position, long producerId, TransactionResult result)
            throws SQLException {
        List<ShardRecord> records =
                result == TransactionResult.COMMIT ? records(connection, position.shard(), producerId) : List.of();
        if (!ShardStore.write(connection, position, ShardChanges.of(records))) {
            return false;
        }
        delete(connection, position.shard(), producerId);
        return true;
    }

    private List<ShardRecord> records(Connection connection, int shard, long producerId) throws SQLException {
        String sql =
                """
                SELECT key, value, record_offset FROM kafka.group_pending_records
                WHERE shard = ? AND producer_id = ?
                ORDER BY record_offset
                """;
        List<ShardRecord> records = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, shard);
            statement.setLong(2, producerId);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    records.add(record(rows.getBytes(1), rows.getBytes(2), rows.getLong(3)));
                }
            }
        }
        return records;
    }

    private ShardRecord record(byte[] key, byte[] value, long offset) {
        CommittedOffset committed = CommittedOffset.of(serde.deserialize(ByteBuffer.wrap(key), ByteBuffer.wrap(value)));
        return new ShardRecord(key, value, offset, committed);
    }

    private static void delete(Connection connection, int shard, long producerId) throws SQLException {
        String sql = "DELETE FROM kafka.group_pending_records WHERE shard = ? AND producer_id = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, shard);
            statement.setLong(2, producerId);
            statement.executeUpdate();
        }
    }
}
