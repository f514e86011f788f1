package io.tailrace.broker.txn;

import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.sql.Database.SqlFunction;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.txn.MarkerStore.Marked;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings decisions to the database and then to memory. After a write that failed, nobody knows whether it was committed: the
 * transactional id is read again, under its row's lock, before anything else happens to it.
 *
 * <p>Blocks; called in the tasks of the transactional id concerned.
 */
final class TransactionWrites {

    private static final Logger LOGGER = LoggerFactory.getLogger(TransactionWrites.class);

    private final Database database;
    private final TransactionStore store;
    private final MarkerStore markers;
    private final PartitionTable partitions;

    TransactionWrites(Database database, TransactionStore store, MarkerStore markers, PartitionTable partitions) {
        this.database = database;
        this.store = store;
        this.markers = markers;
        this.partitions = partitions;
    }

    /** Makes all that the database has this broker's. */
    void takeOver(TransactionTable table) throws SQLException {
        table.load(database.inTransaction(store::takeOver), partitions);
    }

    /** Reads the transactional id again if need be. */
    void refresh(TransactionalProducer producer) {
        if (producer.isUncertain()) {
            Optional<StoredTransaction> stored =
                    write(producer, connection -> store.read(connection, producer.transactionalId()));
            producer.onLoaded(stored.orElse(null), partitions);
        }
    }

    /** What the transactional id is now; read again if need be. */
    Transaction current(TransactionalProducer producer) {
        refresh(producer);
        Transaction known = producer.transaction();
        if (known == null) {
            throw unknown(producer.transactionalId());
        }
        return known;
    }

    static InvalidPidMappingException unknown(String transactionalId) {
        return new InvalidPidMappingException("Transactional id " + transactionalId + " has no producer");
    }

    private <T> T write(TransactionalProducer producer, SqlFunction<T> work) {
        try {
            return database.inTransaction(work);
        } catch (SQLException e) {
            producer.onUncertain();
            throw failure(producer.transactionalId(), e);
        } catch (RuntimeException e) {
            producer.onUncertain();
            throw e;
        }
    }

    private static RuntimeException failure(String transactionalId, SQLException e) {
        if (SqlErrors.isPassing(e)) {
            return new CoordinatorNotAvailableException("Postgres is not available: " + e.getMessage(), e);
        }
        LOGGER.atError()
                .setCause(e)
                .addKeyValue("transactionalId", transactionalId)
                .log("Postgres refuses the state of a transaction");
        return new UnknownServerException("Postgres refused the state of the transaction", e);
    }

    void create(TransactionalProducer producer, Transaction transaction) {
        run(producer, connection -> store.insert(connection, transaction));
        producer.onChanged(transaction);
    }

    void change(TransactionalProducer producer, Transaction from, Transaction to) {
        run(producer, connection -> store.update(connection, from, to));
        producer.onChanged(to);
    }

    void delete(TransactionalProducer producer, Transaction transaction) {
        run(producer, connection -> store.delete(connection, transaction));
        producer.onRemoved();
    }

    void addPartitions(TransactionalProducer producer, Transaction from, Transaction to, List<Partition> added) {
        List<PartitionId> ids = added.stream().map(Partition::id).toList();
        Map<PartitionId, Long> registrations = write(producer, connection -> {
            store.update(connection, from, to);
            return store.addPartitions(connection, to.identity(), ids);
        });
        producer.onChanged(to);
        registrations.forEach((id, registration) -> join(producer, to, added, id, registration));
    }

    private static void join(
            TransactionalProducer producer, Transaction to, List<Partition> added, PartitionId id, long registration) {
        added.stream()
                .filter(partition -> partition.id().equals(id))
                .forEach(partition -> producer.join(partition, to.identity(), registration));
    }

    void addGroup(TransactionalProducer producer, Transaction from, Transaction to, String groupId) {
        run(producer, connection -> {
            store.update(connection, from, to);
            store.addGroup(connection, to.identity(), groupId);
        });
        producer.onChanged(to);
        producer.joinGroup(groupId, to.epoch());
    }

    /**
     * Ends the open transaction, if there is one: from here on its outcome is decided.
     *
     * @param to the decided or, without groups to tell, the completed transaction
     */
    void end(TransactionalProducer producer, Transaction from, Transaction to, boolean commit) {
        producer.onEnding();
        run(producer, connection -> {
            store.update(connection, from, to);
            OutcomeStore.end(connection, from, commit);
            if (to.state().isPrepared()) {
                store.endGroups(connection, from.producerId());
            }
        });
        producer.onEnded(to, commit);
    }

    /** The groups have the outcome. */
    void complete(TransactionalProducer producer, Transaction from, Transaction to) {
        run(producer, connection -> {
            store.update(connection, from, to);
            store.deleteGroups(connection, from.producerId());
        });
        producer.onCompleted(to);
    }

    /** An outcome from outside for a partition of the open transaction, which goes on. */
    Marked mark(TransactionalProducer producer, Partition partition, PartitionMarker marker) {
        return write(
                producer,
                connection -> markers.write(connection, producer.transactionalId(), partition.id(), marker, true));
    }

    /** Likewise, where the partition is not part of an open transaction that anybody knows. */
    Marked mark(Partition partition, PartitionMarker marker) {
        try {
            return database.inTransaction(connection -> markers.write(connection, "", partition.id(), marker, false));
        } catch (SQLException e) {
            throw failure("", e);
        }
    }

    private void run(TransactionalProducer producer, SqlAction action) {
        write(producer, connection -> {
            action.run(connection);
            return producer;
        });
    }

    /** What is done with a connection, without a result. */
    @FunctionalInterface
    private interface SqlAction {
        void run(Connection connection) throws SQLException;
    }
}
