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
 * Reads records by offset: the newest from memory, all others from Postgres, on which it then blocks. Thread-safe, with a
 * connection of the pool for each such read.
 *
 * <p>Postgres adds up what the rows take and sends no more than wanted, in one round trip: a client of a thousand records of
 * a megabyte each, who asks for one, must not make the broker hold them all.
 *
 * <p>Offsets may be without a record: of aborted transactions, or compacted. Between records that is nothing special; at the
 * end of what may be read a {@link HoleBatch} takes their place, or the consumer would never get there.
 */
public final class LogReader implements RecordSource {

    private static final int FIRST_READ_ROWS = 500;
    private static final int MAX_ROWS = 20_000;
    private static final int MIN_BUFFER_BYTES = 4 * 1024;
    private static final int RECORD_OVERHEAD_BYTES = 24;

    /** Instead of a size: the row did not fit any more. */
    private static final int NO_ROOM = -1;

    /** There is no row between start and end. */
    private static final long NO_ROWS = -1;

    /** There may be more rows before the end. */
    private static final long CUT_SHORT = Long.MAX_VALUE;

    /**
     * From the row that holds the first offset on: a batch may begin before it. Of a batch that does not fit any more, comes
     * only that it is there.
     */
    private static final String SQL =
            """
            SELECT partition_offset, key, value, headers, timestamp_ms, attributes, size_before + size AS size_with,
                   record_count, is_batch, CASE WHEN size_before = 0 OR size_before + size <= ? THEN batch END
            FROM (SELECT *, sum(size) OVER (ORDER BY partition_offset ROWS UNBOUNDED PRECEDING) - size AS size_before
                  FROM (SELECT partition_offset, key, value, headers, timestamp_ms, attributes, record_count, batch,
                               batch IS NOT NULL AS is_batch,
                               coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                                   + coalesce(pg_column_size(headers), 0) + coalesce(octet_length(batch), 0) AS size
                        FROM %1$s
                        WHERE topic_id = ? AND partition_id = ?
                          AND partition_offset >= coalesce(
                              (SELECT partition_offset FROM %1$s
                               WHERE topic_id = ? AND partition_id = ? AND partition_offset <= ?
                               ORDER BY partition_offset DESC LIMIT 1), 0)
                          AND partition_offset + record_count > ? AND partition_offset < ?
                        ORDER BY partition_offset
                        LIMIT ?) AS candidates) AS sized
            WHERE size_before < ?
            ORDER BY partition_offset
            """;

    private final DataSource dataSource;

    public LogReader(DataSource fetchPool) {
        this.dataSource = fetchPool;
    }

    @Override
    public @Nullable MemoryRecords recent(Partition partition, long startOffset, long endOffsetExc, int maxBytes) {
        return startOffset >= endOffsetExc
                ? MemoryRecords.EMPTY
                : partition.recent().read(startOffset, endOffsetExc, maxBytes);
    }

    @Override
    public MemoryRecords read(Partition partition, long startOffset, long endOffsetExc, int maxBytes)
            throws SQLException {
        MemoryRecords recent = recent(partition, startOffset, endOffsetExc, maxBytes);
        if (recent != null) {
            return recent;
        }
        partition.recent().onMissed();
        return readRows(partition, startOffset, endOffsetExc, maxBytes);
    }

    private MemoryRecords readRows(Partition partition, long startOffset, long endOffsetExc, int maxBytes)
            throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        SQL.formatted(partition.topic().leaf()))) {
            int maxRows = rowsFor(partition.averageRowBytes(), maxBytes);
            bind(statement, partition, startOffset, endOffsetExc, maxRows, Math.max(1, maxBytes));
            try (ResultSet rows = statement.executeQuery()) {
                RecordsWriter writer = writer(partition, endOffsetExc - startOffset, maxBytes);
                long nextOffset = collect(rows, writer, partition, maxRows, Math.max(1, maxBytes));
                if (nextOffset != CUT_SHORT && nextOffset < endOffsetExc) {
                    writer.addHole(endOffsetExc - 1);
                }
                return writer.finish();
            }
        }
    }

    private static void bind(
            PreparedStatement statement,
            Partition partition,
            long startOffset,
            long endOffsetExc,
            int maxRows,
            int maxBytes)
            throws SQLException {
        PartitionId id = partition.id();
        statement.setInt(1, maxBytes);
        statement.setInt(2, id.topicId());
        statement.setInt(3, id.partition());
        statement.setInt(4, id.topicId());
        statement.setInt(5, id.partition());
        statement.setLong(6, startOffset);
        statement.setLong(7, startOffset);
        statement.setLong(8, endOffsetExc);
        statement.setInt(9, maxRows);
        statement.setInt(10, maxBytes);
    }

    private static RecordsWriter writer(Partition partition, long offsets, int maxBytes) {
        int average = partition.averageRowBytes();
        long expectedBytes = average == 0 ? MIN_BUFFER_BYTES : Math.max(MIN_BUFFER_BYTES, offsets * (average + 8L));
        return new RecordsWriter((int) Math.min(expectedBytes, Math.max(maxBytes, MIN_BUFFER_BYTES)), maxBytes);
    }

    /** Takes the rows, and returns the offset after the last; or that a limit, and not the end, has ended them. */
    private static long collect(ResultSet rows, RecordsWriter writer, Partition partition, int maxRows, int maxBytes)
            throws SQLException {
        long bytes = 0;
        int count = 0;
        long nextOffset = NO_ROWS;
        while (nextOffset != CUT_SHORT && rows.next()) {
            int rowBytes = rows.getBoolean(9) ? addBatch(rows, writer) : addRecord(rows, writer);
            if (rowBytes == NO_ROOM) {
                nextOffset = CUT_SHORT;
            } else {
                bytes += rowBytes;
                count++;
                boolean last = count == maxRows || rows.getLong(7) >= maxBytes;
                nextOffset = last ? CUT_SHORT : rows.getLong(1) + rows.getInt(8);
            }
        }
        if (count > 0) {
            partition.onRead((int) Math.max(1, bytes / count));
        }
        return nextOffset;
    }

    private static int addBatch(ResultSet row, RecordsWriter writer) throws SQLException {
        byte[] batch = row.getBytes(10);
        return batch != null && writer.addBatch(ByteBuffer.wrap(batch)) ? batch.length : NO_ROOM;
    }

    private static int addRecord(ResultSet row, RecordsWriter writer) throws SQLException {
        SimpleRecord record = record(row);
        boolean logAppendTime = (row.getShort(6) & RowAttributes.LOG_APPEND_TIME) != 0;
        return writer.add(row.getLong(1), record, logAppendTime)
                ? size(record.key()) + size(record.value()) + RECORD_OVERHEAD_BYTES
                : NO_ROOM;
    }

    /** How many rows to look at: one more than fit, going by what a row took last time. */
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
