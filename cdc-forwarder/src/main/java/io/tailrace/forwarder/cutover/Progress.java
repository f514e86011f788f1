package io.tailrace.forwarder.cutover;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the topics have come with one forwarder, by what it and the verifier have saved: one statement, so of one moment.
 * Offsets without a record count as they do in the log. Stateless; runs on the connection that it is given.
 */
public final class Progress {
    private static final String PARTITIONS =
            """
            SELECT t.name, coalesce(w.target_name, c.target_name, t.name), coalesce(c.percentage, 100),
                   least(c.sample_percentage, w.sample_percentage, 100), w.reason,
                   (SELECT count(DISTINCT o.group_id) FROM kafka.consumer_offsets o WHERE o.topic_id = t.id),
                   p.partition_id, p.next_offset, coalesce(f.target_next_offset, 0),
                   greatest(0, p.next_offset - greatest(coalesce(f.next_offset, 0), p.log_start_offset)),
                   coalesce(v.verified_to, 0),
                   CASE WHEN f.target_next_offset IS NULL THEN 0
                        ELSE greatest(0, f.next_offset - greatest(coalesce(v.verified_to, 0), p.log_start_offset)) END,
                   coalesce(p.partition_id = ANY (w.partitions), false), coalesce(f.shared, false),
                   CASE WHEN v.state = 'red'
                        THEN format('offset %s differs (%s)', v.first_difference, v.what) END
            FROM kafka.topics t
                JOIN kafka.partitions p ON p.topic_id = t.id
                LEFT JOIN kafka.topic_shadow_config c ON c.topic = t.name
                LEFT JOIN kafka.forwarder_topics w ON w.forwarder = ? AND w.topic_id = t.id
                LEFT JOIN kafka.forwarder_positions f
                    ON f.forwarder = ? AND f.topic_id = t.id AND f.partition_id = p.partition_id
                LEFT JOIN kafka.verified_partitions v
                    ON v.slot = ? AND v.topic_id = t.id AND v.partition_id = p.partition_id
                    AND v.target_name = coalesce(w.target_name, t.name)
            WHERE t.deleted_at IS NULL
            ORDER BY t.name, p.partition_id""";

    private Progress() {}

    /** All topics, by name. */
    public static List<TopicProgress> read(Connection connection, String forwarder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PARTITIONS)) {
            for (int parameter = 1; parameter <= 3; parameter++) {
                statement.setString(parameter, forwarder);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<TopicProgress> topics = new ArrayList<>();
                Topic topic = null;
                while (rows.next()) {
                    if (topic == null || !topic.name.equals(rows.getString(1))) {
                        addTo(topics, topic);
                        topic = new Topic(rows);
                    }
                    topic.partitions.add(partition(rows));
                }
                addTo(topics, topic);
                return topics;
            }
        }
    }

    private static void addTo(List<TopicProgress> topics, @Nullable Topic topic) {
        if (topic != null) {
            topics.add(topic.read());
        }
    }

    /** A topic while its rows are read. */
    private static final class Topic {
        private final String name;
        private final String targetName;
        private final int percentage;
        private final int samplePercentage;
        private final @Nullable String reason;
        private final int groups;
        private final List<PartitionProgress> partitions = new ArrayList<>();

        Topic(ResultSet row) throws SQLException {
            this.name = row.getString(1);
            this.targetName = row.getString(2);
            this.percentage = row.getInt(3);
            this.samplePercentage = row.getInt(4);
            this.reason = row.getString(5);
            this.groups = row.getInt(6);
        }

        TopicProgress read() {
            return new TopicProgress(name, targetName, percentage, samplePercentage, reason, groups, partitions);
        }
    }

    private static PartitionProgress partition(ResultSet row) throws SQLException {
        return new PartitionProgress(
                row.getInt(7),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getBoolean(13),
                row.getBoolean(14),
                row.getString(15));
    }
}
