package io.tailrace.broker.log;

import io.tailrace.broker.sql.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/**
 * The SQL of an append: one transaction for everything that waits. It claims the offsets ({@link AppendClaim}) and writes the
 * rows, by COPY or, where there are few and nothing else belongs to it, in one statement ({@link AppendStatement}). Confined to
 * the appender's thread.
 */
final class AppendTransaction {

    private static final String MAY_APPEND = "SELECT kafka.may_append()";

    private static final String CLAIM_WITH_SEQUENCES = "WITH " + AppendClaim.SEQUENCES + "\n" + AppendClaim.PARTITIONS;

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
        if (isIdle(connection) && AppendStatement.fits(group)) {
            writeAtOnce(connection, group);
        } else {
            writeInSteps(connection, group);
        }
    }

    /** Whether nothing of the transaction has happened yet: no step of an append, and nothing that was read for it. */
    private static boolean isIdle(Connection connection) throws SQLException {
        return connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE;
    }

    private void writeAtOnce(Connection connection, AppendGroup group)
            throws SQLException, OffsetsMovedException, FencedException {
        try {
            connection.setAutoCommit(true);
            AppendStatement.execute(connection, group, leaseEpoch);
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            if (isOutcomeUnknown(connection, e)) {
                throw new CommitUnknownException(e);
            }
            connection.setAutoCommit(false);
            if (AppendStatement.NOT_CLAIMED.equals(e.getSQLState())) {
                throw notClaimed(connection);
            }
            throw isLeafNotSeen(e) ? new LeafNotSeenException(e) : e;
        }
    }

    /** An error that Postgres reports and survives has undone the statement; everything else may have come after its commit. */
    private static boolean isOutcomeUnknown(Connection connection, SQLException e) throws SQLException {
        return serverMessage(e) == null || SqlErrors.isConnectionLost(e) || connection.isClosed();
    }

    private static @Nullable ServerErrorMessage serverMessage(SQLException e) {
        return e instanceof PSQLException fromServer ? fromServer.getServerErrorMessage() : null;
    }

    private void writeInSteps(Connection connection, AppendGroup group)
            throws SQLException, OffsetsMovedException, TransactionsEndedException, FencedException {
        joinTransactions(connection, group.transactions());
        if (claim(connection, group) != group.changes().size()) {
            throw notClaimed(connection);
        }
        try {
            group.rows().copy(connection);
        } catch (SQLException e) {
            throw isLeafNotSeen(e) ? new LeafNotSeenException(e) : e;
        }
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new CommitUnknownException(e);
        }
    }

    /** Why the partitions could not be claimed. */
    private static OffsetsMovedException notClaimed(Connection connection) throws SQLException, FencedException {
        boolean fenced = isFenced(connection);
        connection.rollback();
        if (fenced) {
            throw new FencedException();
        }
        return new OffsetsMovedException();
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
        String sql = withSequences ? CLAIM_WITH_SEQUENCES : AppendClaim.PARTITIONS;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            ArrayParameters parameters = new ArrayParameters(connection, statement);
            if (withSequences) {
                AppendClaim.bindSequences(parameters, group.sequences());
            }
            AppendClaim.bindPartitions(parameters, group.changes(), leaseEpoch);
            return statement.executeUpdate();
        }
    }

    /** The check violation that names no constraint: "no partition of relation … found for row", in any language. */
    private static boolean isLeafNotSeen(SQLException e) {
        ServerErrorMessage message = serverMessage(e);
        return PSQLState.CHECK_VIOLATION.getState().equals(e.getSQLState())
                && message != null
                && message.getConstraint() == null;
    }
}
