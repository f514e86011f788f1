package io.tailrace.forwarder.decode;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads a row of {@code kafka.messages} out of a query's result. Stateless. */
public final class TableDecoder {
    /** What a query must select, in this order, for a record. */
    public static final String RECORD_COLUMNS = "partition_offset, key, value, headers, timestamp_ms";

    /** What it must select for a row of either shape. */
    public static final String COLUMNS = RECORD_COLUMNS + ", record_count, batch";

    /** How many these are. */
    public static final int COLUMN_COUNT = 7;

    private TableDecoder() {}

    /** The record that the result stands at. @throws UnreadableRowException if it has no headers of the form that is known */
    public static LogRow record(int topicId, int partition, ResultSet row) throws SQLException {
        long offset = row.getLong(1);
        return new LogRow(
                topicId,
                partition,
                offset,
                row.getLong(5),
                row.getBytes(2),
                row.getBytes(3),
                ChangeDecoder.readHeaders(topicId, partition, offset, row.getString(4)));
    }

    /** The batch that the result stands at; null if it is a record. */
    public static @Nullable LogBatch batch(int topicId, int partition, ResultSet row) throws SQLException {
        return ChangeDecoder.batch(topicId, partition, row.getLong(1), row.getInt(6), row.getBytes(7));
    }
}
