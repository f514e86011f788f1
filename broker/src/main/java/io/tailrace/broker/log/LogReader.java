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
 * <p>Rows are fetched in portions that grow with what a record was seen to take: neither a round trip for every record
 * nor a thousand records of a megabyte in memory for a reader who takes one.
 */
public final class LogReader {

    private static final int FIRST_PORTION_ROWS = 32;
    private static final int MAX_PORTION_ROWS = 5000;
    private static final int MAX_PORTION_BYTES = 4 * 1024 * 1024;
    private static final int MIN_BUFFER_BYTES = 4 * 1024;
    private static final int RECORD_OVERHEAD_BYTES = 24;

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
        try (Connection connection = dataSource.getConnection()) {
            // A portal, and with it the fetch size, lives only inside a transaction.
            connection.setAutoCommit(false);
            MemoryRecords records = read(connection, partition, startOffset, endOffsetExc, maxBytes);
            connection.commit();
            return records;
        }
    }

    private static MemoryRecords read(
            Connection connection, Partition partition, long startOffset, long endOffsetExc, int maxBytes)
            throws SQLException {
        String sql = "SELECT partition_offset, key, value, headers, timestamp_ms, attributes FROM "
                + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?"
                + " ORDER BY partition_offset";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, partition.id().topicId());
            statement.setInt(2, partition.id().partition());
            statement.setLong(3, startOffset);
            statement.setLong(4, endOffsetExc);
            int portion = portionRows(partition.averageRecordBytes(), maxBytes);
            statement.setFetchSize(portion);
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
            if (count == FIRST_PORTION_ROWS) {
                rows.setFetchSize(portionRows((int) (bytes / count), (int) Math.max(1, maxBytes - bytes)));
            }
        }
        if (count > 0) {
            partition.onRead((int) Math.max(1, bytes / count));
        }
        return writer.finish();
    }

    /** How many rows to fetch at once: one more than fit, so that most reads take one round trip. */
    private static int portionRows(int averageBytes, int maxBytes) {
        if (averageBytes == 0) {
            return FIRST_PORTION_ROWS;
        }
        int wanted = Math.min(maxBytes, MAX_PORTION_BYTES) / averageBytes + 1;
        return Math.min(MAX_PORTION_ROWS, wanted);
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
