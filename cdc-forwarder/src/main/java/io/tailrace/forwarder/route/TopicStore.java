package io.tailrace.forwarder.route;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code kafka.topics}. Immutable; each call runs one statement on the connection that it is given. */
public final class TopicStore {
    private static final String BY_ID = "SELECT id, name, partitions, config FROM kafka.topics WHERE id = ?";
    private static final String LIVE =
            "SELECT id, name, partitions, config FROM kafka.topics WHERE deleted_at IS NULL ORDER BY id";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Also a deleted topic: its records may still be in the write-ahead log. */
    public Optional<SourceTopic> byId(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BY_ID)) {
            statement.setInt(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(topic(rows)) : Optional.empty();
            }
        }
    }

    /** All topics that are not deleted. */
    public List<SourceTopic> live(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LIVE);
                ResultSet rows = statement.executeQuery()) {
            List<SourceTopic> topics = new ArrayList<>();
            while (rows.next()) {
                topics.add(topic(rows));
            }
            return topics;
        }
    }

    private static SourceTopic topic(ResultSet row) throws SQLException {
        return new SourceTopic(row.getInt(1), row.getString(2), row.getInt(3), config(row.getString(4)));
    }

    private static Map<String, String> config(String json) throws SQLException {
        try {
            Map<String, String> config = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : JSON.readTree(json).properties()) {
                config.put(entry.getKey(), entry.getValue().asText());
            }
            return config;
        } catch (JsonProcessingException malformed) {
            throw new SQLException("kafka.topics.config is not JSON", malformed);
        }
    }
}
