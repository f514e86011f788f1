package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;

/**
 * Reads a partition's end and its producers from Postgres, before its first append and whenever memory may be wrong.
 *
 * <p>It locks the partition's row first. A transaction whose outcome is not known holds that lock until it is decided, so
 * what is read after it is the truth. Confined to the appender's thread.
 */
final class PartitionLoader {

    private final int leaseEpoch;

    PartitionLoader(int leaseEpoch) {
        this.leaseEpoch = leaseEpoch;
    }

    /**
     * Brings the partition's memory up to date and commits.
     *
     * @throws NotLeaderOrFollowerException where another broker has taken the partition over, or its topic is deleted
     */
    void load(Connection connection, Partition partition) throws SQLException {
        String sql =
                """
                UPDATE kafka.partitions SET lease_epoch = ?
                WHERE topic_id = ? AND partition_id = ? AND lease_epoch <= ?
                RETURNING next_offset, log_start_offset
                """;
        PartitionId id = partition.id();
        partition.onLoading();
        // Before the database is read: one that begins or ends meanwhile is not touched.
        Map<Long, OpenTransaction> transactions = partition.transactionsByRegistration();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, leaseEpoch);
            statement.setInt(2, id.topicId());
            statement.setInt(3, id.partition());
            statement.setInt(4, leaseEpoch);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    connection.rollback();
                    throw new NotLeaderOrFollowerException(
                            "Partition " + partition + " belongs to another broker now, or its topic is deleted");
                }
                Map<Long, ProducerWindow> producers = producers(connection, id);
                if (!transactions.isEmpty()) {
                    readFirstOffsets(connection, id, transactions);
                }
                partition.onLoaded(row.getLong(1), row.getLong(2), producers);
            }
        }
        connection.commit();
    }

    private static void readFirstOffsets(Connection connection, PartitionId id, Map<Long, OpenTransaction> transactions)
            throws SQLException {
        String sql = "SELECT registration, first_offset FROM kafka.transaction_partitions"
                + " WHERE topic_id = ? AND partition_id = ? AND first_offset IS NOT NULL";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, id.topicId());
            statement.setInt(2, id.partition());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    OpenTransaction transaction = transactions.get(rows.getLong(1));
                    if (transaction != null) {
                        transaction.onAppended(rows.getLong(2));
                    }
                }
            }
        }
    }

    private static Map<Long, ProducerWindow> producers(Connection connection, PartitionId id) throws SQLException {
        String sql =
                """
                SELECT producer_id, slot, producer_epoch, last_sequence, last_offset, record_count, timestamp_ms
                FROM kafka.producer_sequences
                WHERE topic_id = ? AND partition_id = ?
                ORDER BY producer_id, last_offset
                """;
        Map<Long, ProducerWindow> producers = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, id.topicId());
            statement.setInt(2, id.partition());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    producers.merge(rows.getLong(1), window(rows), PartitionLoader::followedBy);
                }
            }
        }
        return producers;
    }

    private static ProducerWindow window(ResultSet row) throws SQLException {
        ProducerBatch batch = new ProducerBatch(row.getInt(4), row.getLong(5), row.getInt(6), row.getLong(7));
        return new ProducerWindow(row.getShort(3), List.of(batch), row.getInt(2));
    }

    /** Rows come in the order of their offsets; what an older epoch left in a slot does not count. */
    private static ProducerWindow followedBy(ProducerWindow window, ProducerWindow next) {
        if (next.epoch() != window.epoch()) {
            return next;
        }
        List<ProducerBatch> batches = new ArrayList<>(window.batches());
        batches.addAll(next.batches());
        return new ProducerWindow(window.epoch(), batches, next.slot());
    }
}
