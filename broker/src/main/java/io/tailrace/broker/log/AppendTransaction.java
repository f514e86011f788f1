package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/**
 * The SQL of an append: one transaction for everything that waits.
 *
 * <p>The update of {@code kafka.partitions} is lock, fence and assignment in one: it finds each partition only where it
 * ends as memory thinks and where no later broker has taken it over. The row locks are held to the commit, so offsets
 * become visible in their order. The same statement asks whether the log is fenced for a migration, and takes the lock that
 * a fence waits for. Confined to the appender's thread.
 */
final class AppendTransaction {

    private static final String CLAIM =
            """
            UPDATE kafka.partitions p SET next_offset = c.next_offset
            FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[])
                 AS c (topic_id, partition_id, expected_offset, next_offset)
            WHERE p.topic_id = c.topic_id AND p.partition_id = c.partition_id
              AND p.next_offset = c.expected_offset AND p.lease_epoch = ? AND (SELECT kafka.may_append())
            """;

    private static final String MAY_APPEND = "SELECT kafka.may_append()";

    private static final String CLAIM_WITH_SEQUENCES =
            """
            WITH sequences AS (
                INSERT INTO kafka.producer_sequences AS s (topic_id, partition_id, producer_id, slot, producer_epoch,
                                                           last_sequence, last_offset, record_count, timestamp_ms)
                SELECT * FROM unnest(?::int[], ?::int[], ?::bigint[], ?::smallint[], ?::smallint[],
                                     ?::int[], ?::bigint[], ?::int[], ?::bigint[])
                ON CONFLICT (topic_id, partition_id, producer_id, slot) DO UPDATE
                SET producer_epoch = excluded.producer_epoch, last_sequence = excluded.last_sequence,
                    last_offset = excluded.last_offset, record_count = excluded.record_count,
                    timestamp_ms = excluded.timestamp_ms, updated_at = now()
            )
            """
                    + CLAIM;

    private final int leaseEpoch;

    AppendTransaction(int leaseEpoch) {
        this.leaseEpoch = leaseEpoch;
    }

    /** The partitions did not end where memory thought, or another broker has taken them over. Nothing is written. */
    static final class OffsetsMovedException extends Exception {
        private static final long serialVersionUID = 1L;

        OffsetsMovedException() {
            super("a partition does not end where this broker left it", null, false, false);
        }
    }

    /** The log is fenced for a migration. Nothing is written. */
    static final class FencedException extends Exception {
        private static final long serialVersionUID = 1L;

        FencedException() {
            super("the log is fenced", null, false, false);
        }
    }

    /** Transactions that the group appends to have ended. Nothing is written. */
    static final class TransactionsEndedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Set<OpenTransaction> ended;

        TransactionsEndedException(Set<OpenTransaction> ended) {
            super("a transaction has ended", null, false, false);
            this.ended = ended;
        }

        boolean concerns(PendingAppend append) {
            return ended.stream()
                    .anyMatch(transaction -> append.batch().header().isTransactional()
                            && append.batch().header().producerId() == transaction.producerId());
        }
    }

    /**
     * The connection does not see the leaf of one of the topics. Nothing is written. Where a leaf is attached while another
     * is being detached concurrently, a session of Postgres can keep a list of leaves without the new one, until the next
     * change: seen 15 times in 16,000 appends on Postgres 18 with a busy table of topics. A new session reads the list anew.
     */
    static final class LeafNotSeenException extends SQLException {
        private static final long serialVersionUID = 1L;

        LeafNotSeenException(SQLException cause) {
            super(cause.getMessage(), cause.getSQLState(), cause);
        }
    }

    /** The connection was lost, or the server failed, while it committed: the outcome is not known. */
    static final class CommitUnknownException extends SQLException {
        private static final long serialVersionUID = 1L;

        CommitUnknownException(SQLException cause) {
            super(cause.getMessage(), cause.getSQLState(), cause);
        }
    }

    /**
     * Writes the group and commits.
     *
     * @param connection not in auto-commit mode
     * @throws CommitUnknownException where the group may or may not be written
     * @throws LeafNotSeenException where a new connection may see more; it is not written
     * @throws SQLException where it is not written
     * @throws OffsetsMovedException where memory must be read again; it is not written
     * @throws TransactionsEndedException where a part of the group has no transaction any more; it is not written
     * @throws FencedException while nothing is appended; it is not written
     */
    void write(Connection connection, AppendGroup group)
            throws SQLException, OffsetsMovedException, TransactionsEndedException, FencedException {
        joinTransactions(connection, group.transactions());
        if (claim(connection, group) != group.changes().size()) {
            boolean fenced = isFenced(connection);
            connection.rollback();
            if (fenced) {
                throw new FencedException();
            }
            throw new OffsetsMovedException();
        }
        try {
            group.rows().copy(connection);
        } catch (PSQLException e) {
            throw isLeafNotSeen(e) ? new LeafNotSeenException(e) : e;
        }
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new CommitUnknownException(e);
        }
    }

    private static boolean isFenced(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MAY_APPEND);
                ResultSet row = statement.executeQuery()) {
            return row.next() && !row.getBoolean(1);
        }
    }

    private static void joinTransactions(Connection connection, List<TransactionAppend> appends)
            throws SQLException, TransactionsEndedException {
        if (appends.isEmpty()) {
            return;
        }
        Set<OpenTransaction> ended = TransactionClaim.join(connection, appends);
        if (!ended.isEmpty()) {
            connection.rollback();
            throw new TransactionsEndedException(ended);
        }
    }

    private int claim(Connection connection, AppendGroup group) throws SQLException {
        boolean withSequences = !group.sequences().isEmpty();
        try (PreparedStatement statement = connection.prepareStatement(withSequences ? CLAIM_WITH_SEQUENCES : CLAIM)) {
            int next = withSequences ? bindSequences(connection, statement, group.sequences()) : 1;
            bindChanges(connection, statement, next, group.changes());
            statement.setInt(next + 4, leaseEpoch);
            return statement.executeUpdate();
        }
    }

    private static int bindSequences(Connection connection, PreparedStatement statement, Collection<SequenceRow> rows)
            throws SQLException {
        int count = rows.size();
        int[] topicIds = new int[count];
        int[] partitionIds = new int[count];
        long[] producerIds = new long[count];
        short[] slots = new short[count];
        short[] epochs = new short[count];
        int[] lastSequences = new int[count];
        long[] lastOffsets = new long[count];
        int[] recordCounts = new int[count];
        long[] timestamps = new long[count];
        int i = 0;
        for (SequenceRow row : rows) {
            topicIds[i] = row.partition().topicId();
            partitionIds[i] = row.partition().partition();
            producerIds[i] = row.producerId();
            slots[i] = (short) row.slot();
            epochs[i] = row.epoch();
            lastSequences[i] = row.batch().lastSequence();
            lastOffsets[i] = row.batch().lastOffset();
            recordCounts[i] = row.batch().recordCount();
            timestamps[i] = row.batch().timestampMs();
            i++;
        }
        PGConnection arrays = connection.unwrap(PGConnection.class);
        statement.setArray(1, arrays.createArrayOf("int4", topicIds));
        statement.setArray(2, arrays.createArrayOf("int4", partitionIds));
        statement.setArray(3, arrays.createArrayOf("int8", producerIds));
        statement.setArray(4, arrays.createArrayOf("int2", slots));
        statement.setArray(5, arrays.createArrayOf("int2", epochs));
        statement.setArray(6, arrays.createArrayOf("int4", lastSequences));
        statement.setArray(7, arrays.createArrayOf("int8", lastOffsets));
        statement.setArray(8, arrays.createArrayOf("int4", recordCounts));
        statement.setArray(9, arrays.createArrayOf("int8", timestamps));
        return 10;
    }

    private static void bindChanges(
            Connection connection, PreparedStatement statement, int first, Collection<AppendGroup.Change> changes)
            throws SQLException {
        int count = changes.size();
        int[] topicIds = new int[count];
        int[] partitionIds = new int[count];
        long[] expectedOffsets = new long[count];
        long[] nextOffsets = new long[count];
        int i = 0;
        for (AppendGroup.Change change : changes) {
            topicIds[i] = change.partition().id().topicId();
            partitionIds[i] = change.partition().id().partition();
            expectedOffsets[i] = change.expectedOffset();
            nextOffsets[i] = change.nextOffset();
            i++;
        }
        PGConnection arrays = connection.unwrap(PGConnection.class);
        statement.setArray(first, arrays.createArrayOf("int4", topicIds));
        statement.setArray(first + 1, arrays.createArrayOf("int4", partitionIds));
        statement.setArray(first + 2, arrays.createArrayOf("int8", expectedOffsets));
        statement.setArray(first + 3, arrays.createArrayOf("int8", nextOffsets));
    }

    /** The check violation that names no constraint: "no partition of relation … found for row", in any language. */
    private static boolean isLeafNotSeen(PSQLException e) {
        ServerErrorMessage message = e.getServerErrorMessage();
        return PSQLState.CHECK_VIOLATION.getState().equals(e.getSQLState())
                && message != null
                && message.getConstraint() == null;
    }
}
