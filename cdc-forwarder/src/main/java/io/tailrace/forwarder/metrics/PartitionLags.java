package io.tailrace.forwarder.metrics;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * How far each partition that is forwarded is behind: from the saved position to the end of the log, in offsets. Thread-safe: read by the
 * thread that looks after the slot, taken by the one that serves metrics.
 */
public final class PartitionLags {
    private static final long INTERVAL_NS = 5_000_000_000L;
    /** More series than that would be a burden to whoever stores them. */
    private static final int MAX_PARTITIONS = 10_000;

    private static final String LAGS =
            """
            SELECT t.name, p.partition_id, p.next_offset - least(p.next_offset, greatest(f.next_offset, p.log_start_offset))
            FROM kafka.forwarder_positions f
                JOIN kafka.forwarder_topics r ON r.forwarder = f.forwarder AND r.topic_id = f.topic_id
                    AND f.partition_id = ANY (r.partitions)
                JOIN kafka.partitions p ON p.topic_id = f.topic_id AND p.partition_id = f.partition_id
                JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL
            WHERE f.forwarder = ?
            ORDER BY 3 DESC LIMIT ?""";

    private final String forwarder;
    private volatile List<Lag> lags = List.of();
    /** Used by the thread that reads only. */
    private long dueNs = System.nanoTime();

    /** Of one partition, in offsets. */
    public record Lag(String topic, int partition, long offsets) {}

    /** @param forwarder the name under which the positions stand */
    public PartitionLags(String forwarder) {
        this.forwarder = forwarder;
    }

    List<Lag> last() {
        return lags;
    }

    /** Looks again, every few seconds. */
    public void readIfDue(Connection connection) throws SQLException {
        if (System.nanoTime() - dueNs < 0) {
            return;
        }
        dueNs = System.nanoTime() + INTERVAL_NS;
        try (PreparedStatement statement = connection.prepareStatement(LAGS)) {
            statement.setString(1, forwarder);
            statement.setInt(2, MAX_PARTITIONS);
            try (ResultSet rows = statement.executeQuery()) {
                List<Lag> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(new Lag(rows.getString(1), rows.getInt(2), rows.getLong(3)));
                }
                lags = List.copyOf(found);
            }
        }
    }
}
