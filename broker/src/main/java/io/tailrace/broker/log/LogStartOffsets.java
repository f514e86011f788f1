package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;

/**
 * Moves the start of a partition's log forward, in Postgres and then in memory. The rows below it stay for the cleaner,
 * which deletes them in the background: every read is bounded by the start. Thread-safe.
 *
 * <p>The appender updates the same row of {@code kafka.partitions} in each of its transactions, so this must be a
 * transaction of its own.
 */
public final class LogStartOffsets {

    private static final String ADVANCE =
            """
            UPDATE kafka.partitions SET log_start_offset = greatest(log_start_offset, ?)
            WHERE topic_id = ? AND partition_id = ? AND lease_epoch = ? AND next_offset >= ?
            RETURNING log_start_offset
            """;

    private final int leaseEpoch;

    /** @param leaseEpoch the epoch under which this broker appends */
    public LogStartOffsets(int leaseEpoch) {
        this.leaseEpoch = leaseEpoch;
    }

    /**
     * Moves the start to an offset that is not above the partition's high watermark, or leaves it where it is beyond.
     *
     * @param connection in auto-commit mode
     * @return where the log starts now
     * @throws NotLeaderOrFollowerException where another broker has taken the partition over, or its topic is deleted
     */
    public long advance(Connection connection, Partition partition, long offset) throws SQLException {
        PartitionId id = partition.id();
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setLong(1, offset);
            statement.setInt(2, id.topicId());
            statement.setInt(3, id.partition());
            statement.setInt(4, leaseEpoch);
            statement.setLong(5, offset);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new NotLeaderOrFollowerException(
                            "Partition " + partition + " belongs to another broker now, or its topic is deleted");
                }
                partition.onLogStart(row.getLong(1));
            }
        }
        return partition.logStartOffset();
    }
}
