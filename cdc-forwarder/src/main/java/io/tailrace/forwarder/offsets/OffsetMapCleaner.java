package io.tailrace.forwarder.offsets;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Keeps the offset maps of a forwarder small. What lies below the start of a log goes, but for the run that covers the
 * start, and so does what belonged to a deleted topic. A compacted topic may have as many holes as records: of a
 * partition with more than {@link #MAX_RUNS} runs the oldest go, and offsets below the first that is left have no place
 * on the target any more. Confined to one thread.
 */
public final class OffsetMapCleaner {
    /** The most runs of a partition, roughly. */
    public static final int MAX_RUNS = 100_000;

    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final String BELOW_LOG_START =
            """
            DELETE FROM kafka.forwarder_offset_map m
            USING (
                SELECT f.topic_id, f.partition_id, (
                    SELECT max(s.source_offset) FROM kafka.forwarder_offset_map s
                    WHERE s.slot = f.forwarder AND s.topic_id = f.topic_id AND s.partition_id = f.partition_id
                        AND s.source_offset <= p.log_start_offset) AS first_offset
                FROM kafka.forwarder_positions f
                    JOIN kafka.partitions p ON p.topic_id = f.topic_id AND p.partition_id = f.partition_id
                WHERE f.forwarder = ?
            ) AS kept
            WHERE m.slot = ? AND m.topic_id = kept.topic_id AND m.partition_id = kept.partition_id
                AND m.source_offset < kept.first_offset""";
    private static final String OF_DELETED_TOPICS =
            """
            DELETE FROM kafka.forwarder_offset_map m
            WHERE m.slot = ? AND m.topic_id IN (SELECT t.id FROM kafka.topics t WHERE t.deleted_at IS NOT NULL)""";
    /** What was sent again to places below the map, or for topics that are deleted. */
    private static final String REPEATED =
            """
            DELETE FROM kafka.repeated_ranges r
            WHERE r.slot = ? AND r.target_to <= coalesce((
                SELECT min(m.target_offset) FROM kafka.forwarder_offset_map m
                WHERE m.slot = r.slot AND m.topic_id = r.topic_id AND m.partition_id = r.partition_id
            ), CASE WHEN EXISTS (SELECT FROM kafka.topics t WHERE t.id = r.topic_id AND t.deleted_at IS NULL)
                    THEN 0 ELSE 9223372036854775807 END)""";

    private static final String BEYOND_THE_BOUND =
            """
            DELETE FROM kafka.forwarder_offset_map m
            USING (
                SELECT f.topic_id, f.partition_id, (
                    SELECT s.source_offset FROM kafka.forwarder_offset_map s
                    WHERE s.slot = f.forwarder AND s.topic_id = f.topic_id AND s.partition_id = f.partition_id
                    ORDER BY s.source_offset DESC OFFSET ? LIMIT 1) AS last_offset
                FROM kafka.forwarder_positions f
                WHERE f.forwarder = ?
            ) AS surplus
            WHERE m.slot = ? AND m.topic_id = surplus.topic_id AND m.partition_id = surplus.partition_id
                AND m.source_offset <= surplus.last_offset""";

    private final String forwarder;
    private final int maxRuns;
    private long dueNs = System.nanoTime() + INTERVAL.toNanos();
    /** Runs that were saved since the bound was looked at; at first it is unknown what there is. */
    private long savedSince = Long.MAX_VALUE;

    /** @param forwarder the name under which the maps stand */
    public OffsetMapCleaner(String forwarder) {
        this(forwarder, MAX_RUNS);
    }

    OffsetMapCleaner(String forwarder, int maxRuns) {
        this.forwarder = forwarder;
        this.maxRuns = maxRuns;
    }

    /** So many runs were saved. */
    public void onSaved(int runs) {
        savedSince += savedSince == Long.MAX_VALUE ? 0 : runs;
    }

    /** Cleans, if it has been a minute. */
    public void cleanIfDue(Connection connection) throws SQLException {
        if (System.nanoTime() - dueNs >= 0) {
            clean(connection);
            dueNs = System.nanoTime() + INTERVAL.toNanos();
        }
    }

    void clean(Connection connection) throws SQLException {
        delete(connection, BELOW_LOG_START, forwarder, forwarder);
        delete(connection, OF_DELETED_TOPICS, forwarder);
        delete(connection, REPEATED, forwarder);
        // No partition has grown by more than all together, so the bound is exceeded by a tenth at most.
        if (savedSince >= maxRuns / 10) {
            delete(connection, BEYOND_THE_BOUND, maxRuns, forwarder, forwarder);
            savedSince = 0;
        }
    }

    private static void delete(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
