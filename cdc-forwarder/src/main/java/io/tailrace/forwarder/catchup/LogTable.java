package io.tailrace.forwarder.catchup;

import io.tailrace.forwarder.decode.BatchRecords;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.LogEntry;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.Outcome;
import io.tailrace.forwarder.decode.TableDecoder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * {@code kafka.messages} and {@code kafka.partitions}, as the forwarder reads them. Records come in pieces that are
 * bounded by number and by size: a row's size is known without reading it ({@code octet_length} of a TOASTed value
 * looks only at its header), and so is how many offsets it covers; what a batch grows to is known when it is taken apart.
 * Confined to one thread; each call runs statements on the connection that it is given.
 */
public final class LogTable {
    private static final long MAX_PIECE_BYTES = 16L << 20;
    private static final String UNDEFINED_TABLE = "42P01";
    /**
     * A batch begins up to its length below the first offset that is wanted. What it may grow to counts four times, so that
     * little is read in vain: the piece ends with the batch that makes it large enough.
     */
    private static final String PIECE =
            """
            WITH wanted AS MATERIALIZED (
                SELECT greatest(?, (SELECT p.log_start_offset FROM kafka.partitions p
                                    WHERE p.topic_id = ? AND p.partition_id = ?)) AS first_offset
            ), nearest AS MATERIALIZED (
                SELECT m.partition_offset FROM kafka.messages_%2$d m
                WHERE m.topic_id = ? AND m.partition_id = ?
                  AND m.partition_offset <= (SELECT w.first_offset FROM wanted w)
                ORDER BY m.partition_offset DESC LIMIT 1
            )
            SELECT %1$s, (SELECT w.first_offset FROM wanted w) FROM (
                SELECT *,
                       sum(coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                           + 4 * coalesce(octet_length(batch), 0)::bigint + coalesce(pg_column_size(headers), 0))
                           OVER before AS bytes_before,
                       sum(record_count) OVER before AS records_before
                FROM kafka.messages_%2$d
                WHERE topic_id = ? AND partition_id = ?
                  AND partition_offset >= coalesce((SELECT n.partition_offset FROM nearest n),
                                                   (SELECT w.first_offset FROM wanted w))
                  AND partition_offset < ?
                  AND partition_offset + record_count > (SELECT w.first_offset FROM wanted w)
                WINDOW before AS (ORDER BY partition_offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                ORDER BY partition_offset LIMIT ?
            ) AS piece
            WHERE coalesce(bytes_before, 0) < ? AND coalesce(records_before, 0) < ? ORDER BY partition_offset""";
    /** An append writes first_offset in the transaction that moves next_offset, so one statement sees both or neither. */
    private static final String EXTENTS =
            """
            SELECT p.topic_id, p.partition_id, p.log_start_offset, p.next_offset,
                   coalesce((SELECT min(o.first_offset) FROM kafka.transaction_partitions o
                             WHERE o.topic_id = p.topic_id AND o.partition_id = p.partition_id), p.next_offset)
            FROM kafka.partitions p JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL""";

    private static final String ALL_EXTENTS = EXTENTS + "\nORDER BY p.topic_id, p.partition_id";
    private static final String EXTENT = EXTENTS + "\nWHERE p.topic_id = ? AND p.partition_id = ?";
    private static final String OUTCOME = "SELECT EXISTS (SELECT FROM kafka.transaction_markers WHERE id = ?)";

    private static final String NOT_OLDER =
            """
            SELECT m.partition_offset, m.record_count
            FROM kafka.messages_%d m JOIN kafka.partitions p USING (topic_id, partition_id)
            WHERE m.topic_id = ? AND m.partition_id = ? AND m.timestamp_ms >= ? AND m.partition_offset >= ?
              AND m.partition_offset + m.record_count > p.log_start_offset
            ORDER BY m.partition_offset LIMIT 1""";

    private final int maxRecords;
    private final BatchRecords batches;

    /**
     * @param maxRecords a piece has no more records, but for those of the batch that makes it so many
     * @param maxBatchBytes the most that a batch may grow to when its compression is taken off
     */
    public LogTable(int maxRecords, int maxBatchBytes) {
        this.maxRecords = maxRecords;
        this.batches = new BatchRecords(maxBatchBytes);
    }

    /**
     * The log of a partition, from its first kept record to its next offset.
     *
     * @param stableExc the last stable offset: below it every transaction is decided, so what is there is committed
     */
    public record Extent(int topicId, int partition, long startInc, long endExc, long stableExc) {

        /** Whether the log ends with records of open transactions. */
        public boolean isUndecided() {
            return stableExc < endExc;
        }
    }

    /** The extents of all partitions of all topics that are not deleted. */
    public List<Extent> extents(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ALL_EXTENTS);
                ResultSet rows = statement.executeQuery()) {
            List<Extent> extents = new ArrayList<>();
            while (rows.next()) {
                extents.add(extent(rows));
            }
            return extents;
        }
    }

    /** The extent of a partition, or nothing if its topic is deleted. */
    public Optional<Extent> extent(Connection connection, int topicId, int partition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXTENT)) {
            statement.setInt(1, topicId);
            statement.setInt(2, partition);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(extent(rows)) : Optional.empty();
            }
        }
    }

    private static Extent extent(ResultSet row) throws SQLException {
        return new Extent(row.getInt(1), row.getInt(2), row.getLong(3), row.getLong(4), row.getLong(5));
    }

    /** Whether the outcome of a transaction can be seen: it may come down the stream a moment before. */
    public boolean isVisible(Connection connection, Outcome outcome) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OUTCOME)) {
            statement.setLong(1, outcome.marker());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /**
     * The next records in a range of offsets, in their order; none means that the rest of the range is empty, or the topic
     * gone. What lies before the start of the log is not there, though a batch with it may be. Read from the leaf itself:
     * through {@code kafka.messages} a session of Postgres may not see a leaf for a moment, and its records would pass for
     * deleted ones.
     */
    public List<LogRow> read(Connection connection, int topicId, int partition, long startInc, long endExc)
            throws SQLException {
        List<LogRow> piece = new ArrayList<>();
        long next = startInc;
        while (piece.isEmpty() && next < endExc) {
            next = read(
                    connection, topicId, partition, next, endExc, maxRecords, new Piece(piece::add, batch -> false));
        }
        return piece;
    }

    /**
     * The same, but with batches as they are stored where {@code whole} says so. Those do not count as records.
     *
     * @param whole asked for each batch all of which is in the range
     */
    public List<LogEntry> read(
            Connection connection, int topicId, int partition, long startInc, long endExc, Predicate<LogBatch> whole)
            throws SQLException {
        List<LogEntry> piece = new ArrayList<>();
        long next = startInc;
        while (piece.isEmpty() && next < endExc) {
            Piece taken = new Piece(piece::add, batch -> whole.test(batch) && piece.add(batch));
            next = read(connection, topicId, partition, next, endExc, Long.MAX_VALUE, taken);
        }
        return piece;
    }

    /** Where the rows of a piece go: records one by one, and batches that are wanted as they are. */
    private record Piece(Consumer<LogRow> records, Predicate<LogBatch> batches) {}

    /** Adds what the next rows hold. @return the first offset behind them, or the end of the range if there are none */
    private long read(
            Connection connection, int topicId, int partition, long startInc, long endExc, long maxOffsets, Piece piece)
            throws SQLException {
        String sql = PIECE.formatted(TableDecoder.COLUMNS, topicId);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, startInc);
            for (int parameter = 2; parameter <= 6; parameter += 2) {
                statement.setInt(parameter, topicId);
                statement.setInt(parameter + 1, partition);
            }
            statement.setLong(8, endExc);
            statement.setInt(9, maxRecords);
            statement.setLong(10, MAX_PIECE_BYTES);
            statement.setLong(11, maxOffsets);
            try (ResultSet rows = statement.executeQuery()) {
                return take(rows, topicId, partition, endExc, piece);
            }
        } catch (SQLException e) {
            if (UNDEFINED_TABLE.equals(e.getSQLState())) {
                return endExc;
            }
            throw e;
        }
    }

    private long take(ResultSet rows, int topicId, int partition, long endExc, Piece piece) throws SQLException {
        long next = endExc;
        long bytes = 0;
        while (bytes < MAX_PIECE_BYTES && rows.next()) {
            LogBatch batch = TableDecoder.batch(topicId, partition, rows);
            if (batch == null) {
                LogRow record = TableDecoder.record(topicId, partition, rows);
                piece.records().accept(record);
                next = record.endExc();
            } else {
                bytes += take(batch, rows.getLong(TableDecoder.COLUMN_COUNT + 1), endExc, piece);
                next = batch.endExc();
            }
        }
        return next;
    }

    /** @return the memory that it takes */
    private long take(LogBatch batch, long startInc, long endExc, Piece piece) {
        boolean inRange = batch.offset() >= startInc && batch.endExc() <= endExc;
        if (inRange && piece.batches().test(batch)) {
            return batch.sizeBytes();
        }
        long bytes = 0;
        Iterator<LogRow> records = batches.read(batch, startInc, endExc);
        while (records.hasNext()) {
            LogRow record = records.next();
            piece.records().accept(record);
            bytes += record.sizeBytes();
        }
        return bytes;
    }

    /** The offset of the first record whose timestamp is not below that. A batch's row has that of its latest record. */
    public OptionalLong firstNotOlder(Connection connection, int topicId, int partition, long timestampMs)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NOT_OLDER.formatted(topicId))) {
            statement.setInt(1, topicId);
            statement.setInt(2, partition);
            statement.setLong(3, timestampMs);
            OptionalLong found = OptionalLong.empty();
            long next = 0;
            while (found.isEmpty()) {
                statement.setLong(4, next);
                long from;
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        return OptionalLong.empty();
                    }
                    from = row.getLong(1);
                    next = from + row.getInt(2);
                }
                // Compaction may have deleted the latest one.
                found = read(connection, topicId, partition, from, next).stream()
                        .filter(record -> record.timestampMs() >= timestampMs)
                        .mapToLong(LogRow::offset)
                        .findFirst();
            }
            return found;
        }
    }
}
