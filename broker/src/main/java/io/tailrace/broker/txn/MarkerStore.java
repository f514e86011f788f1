package io.tailrace.broker.txn;

import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.txn.OutcomeStore.Written;
import io.tailrace.broker.txn.PartitionMarker.Known;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of outcomes from outside ({@link PartitionMarker}). It locks the transaction's row of the partition and then the partition's, as
 * appends do, so that the two come one after the other. In the caller's Postgres transaction. Stateless.
 */
final class MarkerStore {

    /** The partition's row of a transaction that does not take records there any more. */
    static final long NO_REGISTRATION = -1;

    /**
     * What a marker did.
     *
     * @param ended true if there was something open
     * @param registration the number of the partition's row from now on, where the transaction goes on
     * @param newEpoch true if the partition knows the producer by another epoch now
     */
    record Marked(boolean ended, long registration, boolean newEpoch) {}

    private static final String OF_PRODUCER = " WHERE producer_id = ? AND topic_id = ? AND partition_id = ?";

    private final int leaseEpoch;

    MarkerStore(int leaseEpoch) {
        this.leaseEpoch = leaseEpoch;
    }

    /**
     * Ends what the producer has open.
     *
     * @param owner the transactional id, or empty if there is none
     * @param goesOn whether the partition stays part of the producer's transaction
     */
    Marked write(Connection connection, String owner, PartitionId partition, PartitionMarker marker, boolean goesOn)
            throws SQLException {
        long producerId = marker.producer().producerId();
        Optional<Written> open = lockOpen(connection, partition, producerId);
        long nextOffset = lockPartition(connection, partition);
        Known known = known(connection, partition, producerId);
        if (known != null) {
            marker.check(known, open.isPresent());
        }
        long registration = NO_REGISTRATION;
        if (open.isPresent()) {
            registration =
                    goesOn ? renew(connection, partition, producerId) : remove(connection, partition, producerId);
            OutcomeStore.decide(connection, owner, producerId, List.of(open.get()), marker.commit());
        }
        boolean newEpoch = known == null || known.epoch() != marker.producer().epoch();
        if (newEpoch) {
            replaceProducer(connection, partition, marker, nextOffset);
        } else {
            raiseCoordinatorEpoch(connection, partition, marker);
        }
        return new Marked(open.isPresent(), registration, newEpoch);
    }

    private static Optional<Written> lockOpen(Connection connection, PartitionId partition, long producerId)
            throws SQLException {
        String sql = "SELECT producer_epoch, first_offset, last_offset FROM kafka.transaction_partitions" + OF_PRODUCER
                + " AND first_offset IS NOT NULL FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, producerId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Written(partition, row.getShort(1), row.getLong(2), row.getLong(3)))
                        : Optional.empty();
            }
        }
    }

    /** Returns where the partition ends. */
    private long lockPartition(Connection connection, PartitionId partition) throws SQLException {
        String sql = "SELECT next_offset FROM kafka.partitions"
                + " WHERE topic_id = ? AND partition_id = ? AND lease_epoch = ? FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, partition.topicId());
            statement.setInt(2, partition.partition());
            statement.setInt(3, leaseEpoch);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new NotLeaderOrFollowerException(
                            "The partition belongs to another broker now, or its topic is deleted");
                }
                return row.getLong(1);
            }
        }
    }

    private static @Nullable Known known(Connection connection, PartitionId partition, long producerId)
            throws SQLException {
        String sql = "SELECT producer_epoch, max(coordinator_epoch) OVER () FROM kafka.producer_sequences" + OF_PRODUCER
                + " ORDER BY last_offset DESC LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, producerId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Known(row.getShort(1), row.getInt(2)) : null;
            }
        }
    }

    /** An append that still names the old number is refused. */
    private static long renew(Connection connection, PartitionId partition, long producerId) throws SQLException {
        String sql = "UPDATE kafka.transaction_partitions SET registration = DEFAULT, first_offset = NULL,"
                + " last_offset = NULL" + OF_PRODUCER + " RETURNING registration";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, producerId);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static long remove(Connection connection, PartitionId partition, long producerId) throws SQLException {
        execute(connection, "DELETE FROM kafka.transaction_partitions" + OF_PRODUCER, partition, producerId);
        return NO_REGISTRATION;
    }

    /** The producer's older epochs are fenced, and sequences begin anew. */
    private static void replaceProducer(
            Connection connection, PartitionId partition, PartitionMarker marker, long nextOffset) throws SQLException {
        long producerId = marker.producer().producerId();
        execute(connection, "DELETE FROM kafka.producer_sequences" + OF_PRODUCER, partition, producerId);
        String sql =
                """
                INSERT INTO kafka.producer_sequences (producer_id, topic_id, partition_id, slot, producer_epoch,
                    last_sequence, last_offset, record_count, timestamp_ms, coordinator_epoch)
                VALUES (?, ?, ?, 0, ?, -1, ?, 0, (extract(epoch FROM now()) * 1000)::bigint, ?)
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, producerId);
            statement.setShort(4, marker.producer().epoch());
            statement.setLong(5, nextOffset - 1);
            statement.setInt(6, marker.coordinatorEpoch());
            statement.executeUpdate();
        }
    }

    private static void raiseCoordinatorEpoch(Connection connection, PartitionId partition, PartitionMarker marker)
            throws SQLException {
        String sql = "UPDATE kafka.producer_sequences SET coordinator_epoch = ?" + OF_PRODUCER;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, marker.coordinatorEpoch());
            bind(statement, 2, partition, marker.producer().producerId());
            statement.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql, PartitionId partition, long producerId)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, 1, partition, producerId);
            statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, int first, PartitionId partition, long producerId)
            throws SQLException {
        statement.setLong(first, producerId);
        statement.setInt(first + 1, partition.topicId());
        statement.setInt(first + 2, partition.partition());
    }
}
