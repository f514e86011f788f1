package io.tailrace.broker.txn;

import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.txn.StoredTransaction.StoredPartition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The SQL of transactional ids. Every write names the state that it replaces and the broker's lease epoch, so a broker that
 * was replaced decides nothing any more. Each method works in the caller's Postgres transaction. Thread-safe: stateless.
 */
final class TransactionStore {

    private static final String COLUMNS =
            """
            transactional_id, producer_id, previous_producer_id, next_producer_id, producer_epoch, last_producer_epoch,
            timeout_ms, state, started_ms, updated_ms""";

    private final int leaseEpoch;

    TransactionStore(int leaseEpoch) {
        this.leaseEpoch = leaseEpoch;
    }

    /**
     * All that the database has.
     *
     * @param hanging the partitions of open transactions that belong to no transactional id, by the producer's id
     */
    record Stored(List<StoredTransaction> transactions, Map<Long, List<StoredPartition>> hanging) {

        Stored {
            transactions = List.copyOf(transactions);
            hanging = Map.copyOf(hanging);
        }
    }

    /** Takes over all rows under this broker's lease epoch, waiting for those that are being written, and reads them. */
    Stored takeOver(Connection connection) throws SQLException {
        Map<Long, List<StoredPartition>> partitions = new HashMap<>();
        Map<Long, Map<String, Short>> groups = new HashMap<>();
        List<Transaction> transactions = new ArrayList<>();
        String sql = "UPDATE kafka.transactions SET lease_epoch = ? RETURNING " + COLUMNS;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, leaseEpoch);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    transactions.add(transaction(rows));
                }
            }
        }
        readPartitions(connection, null, partitions);
        readGroups(connection, null, groups);
        List<StoredTransaction> stored = new ArrayList<>();
        for (Transaction transaction : transactions) {
            List<StoredPartition> own = partitions.remove(transaction.producerId());
            stored.add(new StoredTransaction(
                    transaction,
                    own == null ? List.of() : own,
                    groups.getOrDefault(transaction.producerId(), Map.of())));
        }
        return new Stored(stored, partitions);
    }

    /** Reads one transactional id, after whoever still writes it. */
    Optional<StoredTransaction> read(Connection connection, String transactionalId) throws SQLException {
        String sql = "SELECT " + COLUMNS
                + " FROM kafka.transactions WHERE transactional_id = ? AND lease_epoch = ? FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, transactionalId);
            statement.setInt(2, leaseEpoch);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                Transaction transaction = transaction(row);
                long producerId = transaction.producerId();
                Map<Long, List<StoredPartition>> partitions = new HashMap<>();
                Map<Long, Map<String, Short>> groups = new HashMap<>();
                readPartitions(connection, producerId, partitions);
                readGroups(connection, producerId, groups);
                return Optional.of(new StoredTransaction(
                        transaction,
                        partitions.getOrDefault(producerId, List.of()),
                        groups.getOrDefault(producerId, Map.of())));
            }
        }
    }

    private static Transaction transaction(ResultSet row) throws SQLException {
        return new Transaction(
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                row.getShort(5),
                row.getShort(6),
                row.getInt(7),
                TransactionState.ofName(row.getString(8)).orElseThrow(),
                row.getLong(9),
                row.getLong(10));
    }

    private static void readPartitions(
            Connection connection, @Nullable Long producerId, Map<Long, List<StoredPartition>> into)
            throws SQLException {
        String sql =
                "SELECT producer_id, topic_id, partition_id, producer_epoch, registration, coalesce(first_offset, -1)"
                        + " FROM kafka.transaction_partitions"
                        + (producerId == null ? "" : " WHERE producer_id = ?");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (producerId != null) {
                statement.setLong(1, producerId);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    into.computeIfAbsent(rows.getLong(1), key -> new ArrayList<>())
                            .add(new StoredPartition(
                                    new PartitionId(rows.getInt(2), rows.getInt(3)),
                                    rows.getShort(4),
                                    rows.getLong(5),
                                    rows.getLong(6)));
                }
            }
        }
    }

    private static void readGroups(Connection connection, @Nullable Long producerId, Map<Long, Map<String, Short>> into)
            throws SQLException {
        String sql = "SELECT producer_id, group_id, producer_epoch FROM kafka.transaction_groups"
                + (producerId == null ? "" : " WHERE producer_id = ?");
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (producerId != null) {
                statement.setLong(1, producerId);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    into.computeIfAbsent(rows.getLong(1), key -> new HashMap<>())
                            .put(rows.getString(2), rows.getShort(3));
                }
            }
        }
    }

    /** Writes a new transactional id. The lock on the lease keeps a broker that takes over from missing it. */
    void insert(Connection connection, Transaction transaction) throws SQLException {
        String sql = "INSERT INTO kafka.transactions (" + COLUMNS + ", lease_epoch)"
                + " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, lease_epoch"
                + " FROM (SELECT lease_epoch FROM kafka.cluster WHERE lease_epoch = ? FOR SHARE) AS lease";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, transaction);
            statement.setInt(11, leaseEpoch);
            requireOne(statement.executeUpdate(), transaction);
        }
    }

    private static void bind(PreparedStatement statement, Transaction transaction) throws SQLException {
        statement.setString(1, transaction.transactionalId());
        statement.setLong(2, transaction.producerId());
        statement.setLong(3, transaction.previousProducerId());
        statement.setLong(4, transaction.nextProducerId());
        statement.setShort(5, transaction.epoch());
        statement.setShort(6, transaction.lastEpoch());
        statement.setInt(7, transaction.timeoutMs());
        statement.setString(8, transaction.state().kafkaName());
        statement.setLong(9, transaction.startedMs());
        statement.setLong(10, transaction.updatedMs());
    }

    private static void requireOne(int rows, Transaction transaction) {
        if (rows != 1) {
            throw new NotCoordinatorException("Transactional id " + transaction.transactionalId()
                    + " is not as this broker knows it: another one has taken over");
        }
    }

    /** Replaces one state by the next. */
    void update(Connection connection, Transaction from, Transaction to) throws SQLException {
        String sql =
                """
                UPDATE kafka.transactions
                SET transactional_id = ?, producer_id = ?, previous_producer_id = ?, next_producer_id = ?,
                    producer_epoch = ?, last_producer_epoch = ?, timeout_ms = ?, state = ?, started_ms = ?, updated_ms = ?
                WHERE transactional_id = ? AND producer_id = ? AND producer_epoch = ? AND state = ? AND lease_epoch = ?
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, to);
            statement.setString(11, from.transactionalId());
            statement.setLong(12, from.producerId());
            statement.setShort(13, from.epoch());
            statement.setString(14, from.state().kafkaName());
            statement.setInt(15, leaseEpoch);
            requireOne(statement.executeUpdate(), from);
        }
    }

    /** Forgets a transactional id. */
    void delete(Connection connection, Transaction transaction) throws SQLException {
        String sql = "DELETE FROM kafka.transactions WHERE transactional_id = ? AND lease_epoch = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, transaction.transactionalId());
            statement.setInt(2, leaseEpoch);
            requireOne(statement.executeUpdate(), transaction);
        }
    }

    /** Adds partitions and returns the numbers of their rows. */
    Map<PartitionId, Long> addPartitions(
            Connection connection, ProducerIdentity producer, Collection<PartitionId> partitions) throws SQLException {
        String sql =
                """
                INSERT INTO kafka.transaction_partitions (producer_id, producer_epoch, topic_id, partition_id)
                SELECT ?, ?, topic_id, partition_id FROM unnest(?::int[], ?::int[]) AS p (topic_id, partition_id)
                RETURNING topic_id, partition_id, registration
                """;
        PGConnection arrays = connection.unwrap(PGConnection.class);
        Map<PartitionId, Long> registrations = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, producer.producerId());
            statement.setShort(2, producer.epoch());
            statement.setArray(
                    3,
                    arrays.createArrayOf(
                            "int4",
                            partitions.stream().mapToInt(PartitionId::topicId).toArray()));
            statement.setArray(
                    4,
                    arrays.createArrayOf(
                            "int4",
                            partitions.stream().mapToInt(PartitionId::partition).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    registrations.put(new PartitionId(rows.getInt(1), rows.getInt(2)), rows.getLong(3));
                }
            }
        }
        return registrations;
    }

    void addGroup(Connection connection, ProducerIdentity producer, String groupId) throws SQLException {
        String sql = "INSERT INTO kafka.transaction_groups (producer_id, producer_epoch, group_id) VALUES (?, ?, ?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, producer.producerId());
            statement.setShort(2, producer.epoch());
            statement.setString(3, groupId);
            statement.executeUpdate();
        }
    }

    /** From the decision on the groups of a transaction take no more offsets. */
    void endGroups(Connection connection, long producerId) throws SQLException {
        execute(connection, "UPDATE kafka.transaction_groups SET ending = true WHERE producer_id = ?", producerId);
    }

    void deleteGroups(Connection connection, long producerId) throws SQLException {
        execute(connection, "DELETE FROM kafka.transaction_groups WHERE producer_id = ?", producerId);
    }

    private static void execute(Connection connection, String sql, long producerId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, producerId);
            statement.executeUpdate();
        }
    }
}
