package io.tailrace.broker.log;

import io.tailrace.broker.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Gives out producer ids, never one twice: from blocks that it reserves in Postgres, each in a transaction of its own. What
 * is left of a block at the end of the process is never used.
 *
 * <p>Thread-safe: the state belongs to the executor, which must be a single thread.
 */
public final class ProducerIds {

    private static final int BLOCK_SIZE = 1000;

    private final Database database;
    private final Executor executor;
    private long next;
    private long endExc;

    public ProducerIds(Database database, Executor executor) {
        this.database = database;
        this.executor = executor;
    }

    public CompletableFuture<Long> next() {
        return CompletableFuture.supplyAsync(
                () -> {
                    if (next == endExc) {
                        reserve();
                    }
                    return next++;
                },
                executor);
    }

    private void reserve() {
        try {
            long end = database.inTransaction(this::reserveBlock);
            next = end - BLOCK_SIZE;
            endExc = end;
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    /** Beyond what was given out, also where Postgres does not know of that any more after a failover. */
    private long reserveBlock(Connection connection) throws SQLException {
        String sql =
                "UPDATE kafka.cluster SET next_producer_id = greatest(next_producer_id, ?) + ? RETURNING next_producer_id";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, endExc);
            statement.setInt(2, BLOCK_SIZE);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
