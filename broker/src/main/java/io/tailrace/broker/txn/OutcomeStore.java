package io.tailrace.broker.txn;

import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.topic.Topic;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The SQL of outcomes: what a transaction wrote leaves the open ones, an abort deletes it, and a marker tells. In the caller's
 * Postgres transaction. Stateless.
 */
final class OutcomeStore {

    /** How many offsets one statement looks at: a long transaction must not run into the timeout of statements. */
    private static final long DELETE_STEP = 20_000;

    /** What a transaction wrote to a partition; the epoch is that of its records. */
    record Written(PartitionId partition, short epoch, long firstOffset, long lastOffset) {}

    private OutcomeStore() {}

    /** Ends the transaction that the producer has open. */
    static void end(Connection connection, Transaction transaction, boolean commit) throws SQLException {
        List<Written> written = close(connection, transaction.producerId());
        if (!written.isEmpty()) {
            decide(connection, transaction.transactionalId(), transaction.producerId(), written, commit);
        }
    }

    /** What was written gets its outcome. */
    static void decide(
            Connection connection, String transactionalId, long producerId, List<Written> written, boolean commit)
            throws SQLException {
        if (!commit) {
            for (Written part : written) {
                deleteRecords(connection, producerId, part);
            }
        }
        insertMarker(connection, transactionalId, producerId, commit, written);
    }

    /** Deletes the rows that appends need, after those that are being written; returns those that had records. */
    private static List<Written> close(Connection connection, long producerId) throws SQLException {
        String sql =
                """
                DELETE FROM kafka.transaction_partitions WHERE producer_id = ?
                RETURNING topic_id, partition_id, producer_epoch, first_offset, last_offset
                """;
        List<Written> written = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, producerId);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    PartitionId partition = new PartitionId(rows.getInt(1), rows.getInt(2));
                    Written part = new Written(partition, rows.getShort(3), rows.getLong(4), rows.getLong(5));
                    if (!rows.wasNull()) {
                        written.add(part);
                    }
                }
            }
        }
        return written;
    }

    /**
     * Deletes from the leaf itself, not through {@code kafka.messages}: a session of Postgres may not see a leaf there for a
     * moment, and aborted records would stay.
     */
    private static void deleteRecords(Connection connection, long producerId, Written part) throws SQLException {
        if (!holdTopic(connection, part.partition().topicId())) {
            return;
        }
        String sql = "DELETE FROM " + Topic.leaf(part.partition().topicId())
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset BETWEEN ? AND ? AND producer_id = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (long first = part.firstOffset(); first <= part.lastOffset(); first += DELETE_STEP) {
                statement.setInt(1, part.partition().topicId());
                statement.setInt(2, part.partition().partition());
                statement.setLong(3, first);
                statement.setLong(4, Math.min(part.lastOffset(), first + DELETE_STEP - 1));
                statement.setLong(5, producerId);
                statement.executeUpdate();
            }
        }
    }

    /** Keeps a topic from being deleted before the caller commits; false if it is deleted already. */
    private static boolean holdTopic(Connection connection, int topicId) throws SQLException {
        String sql = "SELECT FROM kafka.topics WHERE id = ? AND deleted_at IS NULL FOR SHARE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, topicId);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static void insertMarker(
            Connection connection, String transactionalId, long producerId, boolean commit, List<Written> written)
            throws SQLException {
        String sql =
                """
                INSERT INTO kafka.transaction_markers (transactional_id, producer_id, producer_epoch, committed, partitions)
                VALUES (?, ?, ?, ?, ?::jsonb)
                """;
        String partitions = written.stream()
                .map(part -> "{\"topic\": %d, \"partition\": %d, \"first\": %d, \"last\": %d}"
                        .formatted(
                                part.partition().topicId(),
                                part.partition().partition(),
                                part.firstOffset(),
                                part.lastOffset()))
                .collect(Collectors.joining(", ", "[", "]"));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, transactionalId);
            statement.setLong(2, producerId);
            statement.setShort(3, written.get(0).epoch());
            statement.setBoolean(4, commit);
            statement.setString(5, partitions);
            statement.executeUpdate();
        }
    }
}
