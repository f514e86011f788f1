package io.tailrace.forwarder.reverse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Gives out {@code global_offset}s from blocks of {@code kafka.global_offset_blocks}, as the broker does. Confined to one
 * thread.
 */
final class GlobalOffsets {
    /** The increment of the sequence. */
    private static final int BLOCK_SIZE = 100_000;

    private static final String BLOCK = "SELECT nextval('kafka.global_offset_blocks')";

    private long next;
    private long endExc;

    /** The next one; asks Postgres for a new block where the last one is used up. */
    long next(Connection connection) throws SQLException {
        if (next == endExc) {
            try (PreparedStatement statement = connection.prepareStatement(BLOCK);
                    ResultSet row = statement.executeQuery()) {
                row.next();
                next = row.getLong(1);
                endExc = next + BLOCK_SIZE;
            }
        }
        return next++;
    }
}
