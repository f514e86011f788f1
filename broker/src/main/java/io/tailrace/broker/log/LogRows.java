package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Where rows of the log begin. A row that holds a batch counts for several offsets, and an offset that came from a record or a
 * request may lie within. Stateless; each call runs on the connection given.
 */
public final class LogRows {

    /** The nearest row at or below an offset; whether it reaches over the offset is for the caller to see. */
    static final String AT_OR_BELOW = " WHERE topic_id = ? AND partition_id = ? AND partition_offset <= ?"
            + " ORDER BY partition_offset DESC LIMIT 1";

    private LogRows() {}

    /** The first offset of the row that holds an offset, or the offset itself where none does. */
    public static long startOf(Connection connection, Partition partition, long offset) throws SQLException {
        String sql = "SELECT partition_offset, partition_offset + record_count FROM "
                + partition.topic().leaf() + AT_OR_BELOW;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            LogRuns.bind(statement, 1, partition, offset);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getLong(2) > offset ? row.getLong(1) : offset;
            }
        }
    }
}
