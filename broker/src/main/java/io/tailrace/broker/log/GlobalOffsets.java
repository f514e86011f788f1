package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Gives out {@code global_offset}s from blocks that it reserves in Postgres. What is left of a block at the end of the
 * process is never used. Confined to one thread.
 */
final class GlobalOffsets {

    /** The increment of the sequence {@code kafka.global_offset_blocks}. */
    private static final int BLOCK_SIZE = 100_000;

    private final Deque<Long> reserved = new ArrayDeque<>();
    private long next;
    private long endExc;

    /** Makes sure that so many offsets can be had without asking Postgres. */
    void reserve(Connection connection, int count) throws SQLException {
        long left = endExc - next + (long) reserved.size() * BLOCK_SIZE;
        if (left < count) {
            addBlocks(connection, (int) ((count - left + BLOCK_SIZE - 1) / BLOCK_SIZE));
        }
    }

    void add(long blockStart) {
        reserved.add(blockStart);
    }

    /** In one query, for the count that a batch claims to hold may be anything. */
    private void addBlocks(Connection connection, int blocks) throws SQLException {
        String sql = "SELECT nextval('kafka.global_offset_blocks') FROM generate_series(1, ?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, blocks);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    add(rows.getLong(1));
                }
            }
        }
    }

    /** The first of so many that follow each other, but for the end of a block: the order of all is a rough one anyway. */
    long next(int count) {
        long first = next();
        for (int i = 1; i < count; i++) {
            next();
        }
        return first;
    }

    long next() {
        if (next == endExc) {
            next = reserved.remove();
            endExc = next + BLOCK_SIZE;
        }
        return next++;
    }
}
