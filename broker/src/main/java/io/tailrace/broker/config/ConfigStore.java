package io.tailrace.broker.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/** The SQL of {@code kafka.configs}. Stateless. */
final class ConfigStore {

    private static final TypeReference<Map<String, String>> CONFIG_TYPE = new TypeReference<>() {};
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<ConfigResource.Type, String> TYPE_NAMES = Map.of(
            ConfigResource.Type.BROKER, "broker",
            ConfigResource.Type.GROUP, "group",
            ConfigResource.Type.CLIENT_METRICS, "client-metrics");

    private ConfigStore() {}

    static Map<ConfigResource, Map<String, String>> all(Connection connection) throws SQLException {
        String sql = "SELECT resource_type, resource_name, config FROM kafka.configs";
        Map<ConfigResource, Map<String, String>> configs = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                configs.put(new ConfigResource(type(rows.getString(1)), rows.getString(2)), config(rows.getString(3)));
            }
        }
        return configs;
    }

    private static ConfigResource.Type type(String name) throws SQLException {
        return TYPE_NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new SQLException("kafka.configs.resource_type \"" + name + "\" is not known"));
    }

    private static Map<String, String> config(String json) throws SQLException {
        try {
            return Map.copyOf(JSON.readValue(json, CONFIG_TYPE));
        } catch (JsonProcessingException e) {
            throw new SQLException("kafka.configs.config is not an object of texts: " + e.getOriginalMessage(), e);
        }
    }

    /** Writes what is set on a resource, in the caller's transaction; nothing is a row that is gone. */
    static void put(Connection connection, ConfigResource resource, Map<String, String> config) throws SQLException {
        String sql = config.isEmpty()
                ? "DELETE FROM kafka.configs WHERE resource_type = ? AND resource_name = ?"
                : """
                INSERT INTO kafka.configs (resource_type, resource_name, config) VALUES (?, ?, ?::jsonb)
                ON CONFLICT (resource_type, resource_name) DO UPDATE SET config = excluded.config, updated_at = now()
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, TYPE_NAMES.get(resource.type()));
            statement.setString(2, resource.name());
            if (!config.isEmpty()) {
                statement.setString(3, JSON.valueToTree(config).toString());
            }
            statement.executeUpdate();
        }
    }
}
