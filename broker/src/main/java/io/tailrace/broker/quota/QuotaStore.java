package io.tailrace.broker.quota;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** The SQL of {@code kafka.client_quotas}. Stateless. */
final class QuotaStore {

    private static final TypeReference<Map<String, String>> ENTITY_TYPE = new TypeReference<>() {};
    private static final TypeReference<Map<String, Double>> QUOTAS_TYPE = new TypeReference<>() {};
    private static final ObjectMapper JSON = new ObjectMapper();

    private QuotaStore() {}

    static Map<ClientQuotaEntity, Map<String, Double>> all(Connection connection) throws SQLException {
        Map<ClientQuotaEntity, Map<String, Double>> quotas = new HashMap<>();
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT entity, quotas FROM kafka.client_quotas");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                quotas.put(
                        new ClientQuotaEntity(JSON.readValue(rows.getString(1), ENTITY_TYPE)),
                        JSON.readValue(rows.getString(2), QUOTAS_TYPE));
            }
            return quotas;
        } catch (JsonProcessingException e) {
            throw new SQLException("kafka.client_quotas cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    /** Writes the quotas of these entities, in the caller's transaction; none is a row that is gone. */
    static void put(Connection connection, Map<ClientQuotaEntity, Map<String, Double>> changed) throws SQLException {
        for (Map.Entry<ClientQuotaEntity, Map<String, Double>> entry : changed.entrySet()) {
            put(connection, entry.getKey(), entry.getValue());
        }
    }

    private static void put(Connection connection, ClientQuotaEntity entity, Map<String, Double> quotas)
            throws SQLException {
        String sql = quotas.isEmpty()
                ? "DELETE FROM kafka.client_quotas WHERE entity = ?::jsonb"
                : """
                INSERT INTO kafka.client_quotas (entity, quotas) VALUES (?::jsonb, ?::jsonb)
                ON CONFLICT (entity) DO UPDATE SET quotas = excluded.quotas, updated_at = now()
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, JSON.valueToTree(entity.entries()).toString());
            if (!quotas.isEmpty()) {
                statement.setString(2, JSON.valueToTree(quotas).toString());
            }
            statement.executeUpdate();
        }
    }
}
