package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Finds offsets by time, for ListOffsets. Blocks on Postgres; thread-safe. It reads a partition in the order of its
 * offsets up to the record that it looks for, about three million records a second: {@code postgres.statement_timeout}
 * bounds how far it comes.
 */
public final class OffsetFinder {

    /** A record's place in offsets and in time. */
    public record FoundOffset(long offset, long timestampMs) {}

    private final DataSource dataSource;

    public OffsetFinder(DataSource generalPool) {
        this.dataSource = generalPool;
    }

    /** The first record whose timestamp is not before the given one. */
    public Optional<FoundOffset> firstAtOrAfter(Partition partition, long timestampMs) throws SQLException {
        String sql = "SELECT min(partition_offset) FROM " + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?"
                + " AND timestamp_ms >= ?";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bindRange(statement, partition);
            statement.setLong(5, timestampMs);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long offset = row.getLong(1);
                return row.wasNull() ? Optional.empty() : Optional.of(at(connection, partition, offset));
            }
        }
    }

    /** The first of the records with the greatest timestamp. */
    public Optional<FoundOffset> maxTimestamp(Partition partition) throws SQLException {
        String sql = "SELECT partition_offset, timestamp_ms FROM "
                + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?"
                + " ORDER BY timestamp_ms DESC, partition_offset LIMIT 1";
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bindRange(statement, partition);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(new FoundOffset(row.getLong(1), row.getLong(2))) : Optional.empty();
            }
        }
    }

    private static FoundOffset at(Connection connection, Partition partition, long offset) throws SQLException {
        String sql = "SELECT timestamp_ms FROM " + partition.topic().leaf()
                + " WHERE topic_id = ? AND partition_id = ? AND partition_offset = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, partition.id().topicId());
            statement.setInt(2, partition.id().partition());
            statement.setLong(3, offset);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new FoundOffset(offset, row.getLong(1));
            }
        }
    }

    private static void bindRange(PreparedStatement statement, Partition partition) throws SQLException {
        statement.setInt(1, partition.id().topicId());
        statement.setInt(2, partition.id().partition());
        statement.setLong(3, partition.logStartOffset());
        statement.setLong(4, partition.highWatermark());
    }
}
