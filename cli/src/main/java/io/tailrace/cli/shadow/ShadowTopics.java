package io.tailrace.cli.shadow;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code kafka.topic_shadow_config}, with what forwarders say of it. Stateless; each call runs one statement on the
 * connection that it is given.
 */
final class ShadowTopics {
    /** Only partitions that are forwarded lag; of the others nothing is on its way. */
    private static final String ROWS =
            """
            SELECT t.name, t.partitions, c.enabled, w.name,
                   coalesce(c.target_name, t.name), coalesce(c.percentage, 100),
                   least(c.sample_percentage, f.sample_percentage, 100),
                   cardinality(f.partitions), l.lag, f.reason
            FROM kafka.topics t
                LEFT JOIN kafka.topic_shadow_config c ON c.topic = t.name
                LEFT JOIN kafka.forwarders w ON true
                LEFT JOIN kafka.forwarder_topics f ON f.forwarder = w.name AND f.topic_id = t.id
                CROSS JOIN LATERAL (
                    SELECT coalesce(sum(greatest(
                               0, p.next_offset - greatest(coalesce(o.next_offset, 0), p.log_start_offset))), 0) AS lag
                    FROM kafka.partitions p
                        LEFT JOIN kafka.forwarder_positions o
                            ON o.forwarder = w.name AND o.topic_id = p.topic_id AND o.partition_id = p.partition_id
                    WHERE p.topic_id = t.id AND p.partition_id = ANY (f.partitions)) l
            WHERE t.deleted_at IS NULL AND (?::text IS NULL OR t.name = ?)
            ORDER BY w.name, t.name""";

    private static final String EXISTS =
            "SELECT EXISTS (SELECT FROM kafka.topics WHERE name = ? AND deleted_at IS NULL)";
    private static final String OWNER =
            """
            SELECT t.name FROM kafka.topics t LEFT JOIN kafka.topic_shadow_config c ON c.topic = t.name
            WHERE t.deleted_at IS NULL AND t.name <> ? AND coalesce(c.target_name, t.name) = ?
            UNION ALL
            SELECT c.topic FROM kafka.topic_shadow_config c WHERE c.topic <> ? AND c.target_name = ?
            LIMIT 1""";
    private static final String SET =
            """
            INSERT INTO kafka.topic_shadow_config AS c (topic, enabled, target_name, percentage, sample_percentage)
            VALUES (?, ?, ?, coalesce(?, 100), coalesce(?, 100))
            ON CONFLICT (topic) DO UPDATE
            SET enabled = CASE WHEN ? THEN excluded.enabled ELSE c.enabled END,
                target_name = CASE WHEN ? THEN excluded.target_name ELSE c.target_name END,
                percentage = CASE WHEN ? THEN excluded.percentage ELSE c.percentage END,
                sample_percentage = CASE WHEN ? THEN excluded.sample_percentage ELSE c.sample_percentage END,
                updated_at = now()""";

    private ShadowTopics() {}

    /** All topics, or the one of that name; a row for each forwarder. */
    static List<TopicRow> rows(Connection connection, @Nullable String topic) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
            statement.setString(1, topic);
            statement.setString(2, topic);
            try (ResultSet rows = statement.executeQuery()) {
                List<TopicRow> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(row(rows));
                }
                return found;
            }
        }
    }

    private static TopicRow row(ResultSet row) throws SQLException {
        return new TopicRow(
                row.getString(1),
                row.getInt(2),
                row.getObject(3, Boolean.class),
                row.getString(4),
                row.getString(5),
                row.getInt(6),
                row.getInt(7),
                row.getObject(8, Integer.class),
                row.getLong(9),
                row.getString(10));
    }

    static boolean exists(Connection connection, String topic) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXISTS)) {
            statement.setString(1, topic);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Another topic that goes, or is to go, to the target's topic of this name. */
    static Optional<String> owner(Connection connection, String target, String except) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OWNER)) {
            statement.setString(1, except);
            statement.setString(2, target);
            statement.setString(3, except);
            statement.setString(4, target);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        }
    }

    /** Sets what the change names, and leaves the rest as it is. */
    static void set(Connection connection, ShadowChange change) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SET)) {
            statement.setString(1, change.topic());
            statement.setObject(2, change.enabledValue());
            statement.setString(3, change.targetValue());
            statement.setObject(4, change.percentage());
            statement.setObject(5, change.samplePercentage());
            statement.setBoolean(6, change.enabled() != null);
            statement.setBoolean(7, change.target() != null);
            statement.setBoolean(8, change.percentage() != null);
            statement.setBoolean(9, change.samplePercentage() != null);
            statement.executeUpdate();
        }
    }
}
