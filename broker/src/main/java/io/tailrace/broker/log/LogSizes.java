package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * How much room partitions take in Postgres. A topic has one table, whose size (with what is stored apart, without indexes)
 * is shared out over its partitions by their numbers of offsets: exact for the topic, a guess for the partition, and cheap,
 * for no row is read. Thread-safe; blocks.
 */
public final class LogSizes {

    private static final String SIZES =
            """
            WITH sizes AS (
                SELECT id, pg_table_size(to_regclass('kafka.messages_' || id))::numeric AS bytes
                FROM unnest(?::int[]) AS id
            )
            SELECT p.topic_id, p.partition_id,
                   coalesce(s.bytes * (p.next_offset - p.log_start_offset)
                            / nullif(sum(p.next_offset - p.log_start_offset) OVER (PARTITION BY p.topic_id), 0), 0)::bigint
            FROM sizes s JOIN kafka.partitions p ON p.topic_id = s.id
            """;

    private final DataSource pool;

    public LogSizes(DataSource pool) {
        this.pool = pool;
    }

    /** The bytes of each partition of these topics, by topic and partition; a topic that is gone is left out. */
    public Map<Integer, Map<Integer, Long>> of(Collection<Integer> topicIds) throws SQLException {
        Map<Integer, Map<Integer, Long>> sizes = new HashMap<>();
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(SIZES)) {
            statement.setArray(1, connection.createArrayOf("int4", topicIds.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    sizes.computeIfAbsent(rows.getInt(1), id -> new TreeMap<>()).put(rows.getInt(2), rows.getLong(3));
                }
            }
        }
        return sizes;
    }
}
