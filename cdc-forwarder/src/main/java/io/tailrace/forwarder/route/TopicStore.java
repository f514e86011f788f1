package io.tailrace.forwarder.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code kafka.topics} with what is wanted of each topic, and keeps what one forwarder makes of them in {@code
 * kafka.forwarder_topics}. Immutable; each call runs on the connection that it is given.
 */
public final class TopicStore {
    private static final String TOPICS =
            """
            SELECT t.id, t.name, t.partitions, t.config, t.deleted_at IS NOT NULL,
                   c.topic IS NOT NULL, c.enabled, c.target_name, c.percentage, c.sample_percentage,
                   f.target_name, f.partitions, f.sample_percentage, f.settings, f.reason
            FROM kafka.topics t
                LEFT JOIN kafka.topic_shadow_config c ON c.topic = t.name
                LEFT JOIN kafka.forwarder_topics f ON f.topic_id = t.id AND f.forwarder = ?
            """;
    private static final String BY_ID = TOPICS + "WHERE t.id = ?";
    private static final String LIVE = TOPICS + "WHERE t.deleted_at IS NULL ORDER BY t.id";
    private static final String SAVE =
            """
            INSERT INTO kafka.forwarder_topics (forwarder, topic_id, target_name, partitions, sample_percentage, settings, reason)
            VALUES (?, ?, ?, ?, ?, ?::jsonb, ?)
            ON CONFLICT (forwarder, topic_id) DO UPDATE
            SET target_name = excluded.target_name,
                partitions = excluded.partitions,
                sample_percentage = excluded.sample_percentage,
                settings = excluded.settings,
                reason = excluded.reason,
                updated_at = now()""";
    /** One statement, so that a position never counts for another topic than the one that it is about. */
    private static final String START_ANEW =
            """
            WITH positions AS (DELETE FROM kafka.forwarder_positions WHERE forwarder = ? AND topic_id = ?),
                 map AS (DELETE FROM kafka.forwarder_offset_map WHERE slot = ? AND topic_id = ?),
                 repeated AS (DELETE FROM kafka.repeated_ranges WHERE slot = ? AND topic_id = ?)
            INSERT INTO kafka.forwarder_topics (forwarder, topic_id, target_name, partitions)
            VALUES (?, ?, ?, '{}')
            ON CONFLICT (forwarder, topic_id) DO UPDATE
            SET target_name = excluded.target_name, partitions = '{}', settings = '{}', updated_at = now()""";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String forwarder;
    private final TopicRules rules;

    /** @param forwarder the name under which its positions stand */
    public TopicStore(String forwarder, TopicRules rules) {
        this.forwarder = forwarder;
        this.rules = rules;
    }

    /** A topic that is deleted, since its records may still be in the write-ahead log; nothing if it is there. */
    public Optional<RoutedTopic> deleted(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BY_ID)) {
            statement.setString(1, forwarder);
            statement.setInt(2, id);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(topic(rows)).filter(KnownTopic::deleted).map(rules::route)
                        : Optional.empty();
            }
        }
    }

    /** All topics that are not deleted. */
    public List<RoutedTopic> live(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LIVE)) {
            statement.setString(1, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                List<KnownTopic> topics = new ArrayList<>();
                while (rows.next()) {
                    topics.add(topic(rows));
                }
                return rules.routes(topics);
            }
        }
    }

    /** Keeps what the forwarder makes of a topic. */
    public void save(Connection connection, int topicId, TopicState state) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, forwarder);
            statement.setInt(2, topicId);
            statement.setString(3, state.targetName());
            statement.setArray(
                    4, connection.createArrayOf("int4", state.partitions().toArray()));
            statement.setInt(5, state.samplePercentage());
            statement.setString(6, json(state.settings()));
            statement.setString(7, state.reason());
            statement.executeUpdate();
        }
    }

    /** Forgets the positions of a topic: from now on they are about another topic of the target, which has nothing yet. */
    public void startAnew(Connection connection, int topicId, String target) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(START_ANEW)) {
            statement.setString(1, forwarder);
            statement.setInt(2, topicId);
            statement.setString(3, forwarder);
            statement.setInt(4, topicId);
            statement.setString(5, forwarder);
            statement.setInt(6, topicId);
            statement.setString(7, forwarder);
            statement.setInt(8, topicId);
            statement.setString(9, target);
            statement.executeUpdate();
        }
    }

    private static KnownTopic topic(ResultSet row) throws SQLException {
        SourceTopic topic = new SourceTopic(row.getInt(1), row.getString(2), row.getInt(3), map(row.getString(4)));
        ShadowConfig shadow = row.getBoolean(6)
                ? new ShadowConfig(row.getObject(7, Boolean.class), row.getString(8), row.getInt(9), row.getInt(10))
                : ShadowConfig.NONE;
        return new KnownTopic(topic, shadow, row.getBoolean(5), state(row));
    }

    private static @Nullable TopicState state(ResultSet row) throws SQLException {
        String target = row.getString(11);
        return target == null
                ? null
                : new TopicState(
                        target, numbers(row.getArray(12)), row.getInt(13), map(row.getString(14)), row.getString(15));
    }

    private static List<Integer> numbers(Array array) throws SQLException {
        return Arrays.asList((Integer[]) array.getArray());
    }

    private static Map<String, String> map(String json) throws SQLException {
        try {
            Map<String, String> map = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : JSON.readTree(json).properties()) {
                map.put(entry.getKey(), entry.getValue().asText());
            }
            return map;
        } catch (JsonProcessingException malformed) {
            throw new SQLException("the settings of a topic are not JSON", malformed);
        }
    }

    private static String json(Map<String, String> map) throws SQLException {
        try {
            return JSON.writeValueAsString(map);
        } catch (JsonProcessingException impossible) {
            throw new SQLException("settings cannot be written as JSON", impossible);
        }
    }
}
