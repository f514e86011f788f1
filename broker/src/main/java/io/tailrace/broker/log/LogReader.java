package io.tailrace.broker.log;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads records by offset. Blocks on Postgres; thread-safe, with a connection of the pool for each read.
 *
 * <p>Postgres adds up what the rows take and sends no more than wanted, in one round trip: a client of a thousand records of
 * a megabyte each, who asks for one, must not make the broker hold them all.
 */
public final class LogReader {

    private static final int FIRST_READ_ROWS = 500;
    private static final int MAX_ROWS = 20_000;
    private static final int MIN_BUFFER_BYTES = 4 * 1024;
    private static final int RECORD_OVERHEAD_BYTES = 24;

    private static final String SQL =
            """
            SELECT partition_offset, key, value, headers, timestamp_ms, attributes
            FROM (SELECT *, sum(size) OVER (ORDER BY partition_offset ROWS UNBOUNDED PRECEDING) - size AS size_before
                  FROM (SELECT partition_offset, key, value, headers, timestamp_ms, attributes,
                               coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                                   + coalesce(pg_column_size(headers), 0) AS size
                        FROM %s
                        WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?
                        ORDER BY partition_offset
                        LIMIT ?) AS candidates) AS sized
            WHERE size_before < ?
            ORDER BY partition_offset
            """;

    private final DataSource dataSource;

    public LogReader(DataSource fetchPool) {
        this.dataSource = fetchPool;
    }

    /**
     * Reads whole records from an offset on, below the high watermark.
     *
     * @param maxBytes how large the result may be, unless its first record alone is larger
     * @return in the order of their offsets; empty only where there is nothing to read
     */
    public MemoryRecords read(Partition partition, long startOffset, int maxBytes) throws SQLException {
        long endOffsetExc = partition.highWatermark();
        if (startOffset >= endOffsetExc) {
            return MemoryRecords.EMPTY;
        }
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        SQL.formatted(partition.topic().leaf()))) {
            statement.setInt(1, partition.id().topicId());
            statement.setInt(2, partition.id().partition());
            statement.setLong(3, startOffset);
            statement.setLong(4, endOffsetExc);
            statement.setInt(5, rowsFor(partition.averageRecordBytes(), maxBytes));
            statement.setInt(6, Math.max(1, maxBytes));
            try (ResultSet rows = statement.executeQuery()) {
                return collect(rows, partition, endOffsetExc - startOffset, maxBytes);
            }
        }
    }

    private static MemoryRecords collect(ResultSet rows, Partition partition, long offsets, int maxBytes)
            throws SQLException {
        int average = partition.averageRecordBytes();
        long expectedBytes = average == 0 ? MIN_BUFFER_BYTES : Math.max(MIN_BUFFER_BYTES, offsets * (average + 8L));
        RecordsWriter writer =
                new RecordsWriter((int) Math.min(expectedBytes, Math.max(maxBytes, MIN_BUFFER_BYTES)), maxBytes);
        long bytes = 0;
        int count = 0;
        while (rows.next()) {
            SimpleRecord record = record(rows);
            boolean logAppendTime = (rows.getShort(6) & RecordRows.LOG_APPEND_TIME) != 0;
            if (!writer.add(rows.getLong(1), record, logAppendTime)) {
                break;
            }
            bytes += size(record.key()) + size(record.value()) + RECORD_OVERHEAD_BYTES;
            count++;
        }
        if (count > 0) {
            partition.onRead((int) Math.max(1, bytes / count));
        }
        return writer.finish();
    }

    /** How many rows to look at: one more than fit, going by what a record took last time. */
    private static int rowsFor(int averageBytes, int maxBytes) {
        return averageBytes == 0 ? FIRST_READ_ROWS : Math.min(MAX_ROWS, maxBytes / averageBytes + 1);
    }

    private static SimpleRecord record(ResultSet row) throws SQLException {
        String headers = row.getString(4);
        return new SimpleRecord(
                row.getLong(5),
                row.getBytes(2),
                row.getBytes(3),
                headers == null ? Record.EMPTY_HEADERS : HeaderJson.decode(headers));
    }

    private static int size(@Nullable ByteBuffer bytes) {
        return bytes == null ? 0 : bytes.remaining();
    }
}
