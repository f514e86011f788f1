package io.tailrace.forwarder.decode;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads a row of {@code kafka.messages} out of a query's result. */
public final class TableDecoder {
    /** What a query must select, in this order. */
    public static final String COLUMNS = "partition_offset, record_count, key, value, headers, timestamp_ms, batch";

    private TableDecoder() {}

    /** The row that the result stands at. @throws UnreadableRowException if the row has a shape that this version does not know */
    public static LogRow decode(int topicId, int partition, ResultSet row) throws SQLException {
        long offset = row.getLong(1);
        if (row.getInt(2) != 1 || row.getBytes(7) != null) {
            throw UnreadableRowException.batch(topicId, partition, offset);
        }
        return new LogRow(
                topicId,
                partition,
                offset,
                row.getLong(6),
                row.getBytes(3),
                row.getBytes(4),
                ChangeDecoder.readHeaders(topicId, partition, offset, row.getString(5)));
    }
}
