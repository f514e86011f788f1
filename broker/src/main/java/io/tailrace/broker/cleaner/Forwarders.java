package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How far forwarders have come. One that is registered in {@code kafka.forwarders} holds a partition back from its first
 * offset until it has saved a position: its slot may be lost or not be made yet, and then it reads the table. One that
 * says in {@code kafka.forwarder_topics} that it does not forward a partition does not hold it back. Immutable.
 */
final class Forwarders {

    private static final String POSITION =
            """
            SELECT min(coalesce(p.next_offset, 0))
            FROM kafka.forwarders f
                LEFT JOIN kafka.forwarder_positions p
                    ON p.forwarder = f.name AND p.topic_id = ? AND p.partition_id = ?
            WHERE NOT EXISTS (
                SELECT FROM kafka.forwarder_topics t
                WHERE t.forwarder = f.name AND t.topic_id = ? AND NOT ? = ANY (t.partitions))
            """;

    private final boolean waitForThem;

    /** @param waitForThem false: nothing waits */
    Forwarders(boolean waitForThem) {
        this.waitForThem = waitForThem;
    }

    /** The first offset that some forwarder may still have to read. */
    long position(Connection connection, Partition partition) throws SQLException {
        if (!waitForThem) {
            return Long.MAX_VALUE;
        }
        try (PreparedStatement statement = connection.prepareStatement(POSITION)) {
            statement.setInt(1, partition.id().topicId());
            statement.setInt(2, partition.id().partition());
            statement.setInt(3, partition.id().topicId());
            statement.setInt(4, partition.id().partition());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long position = row.getLong(1);
                return row.wasNull() ? Long.MAX_VALUE : position;
            }
        }
    }
}
