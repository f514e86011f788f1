package io.tailrace.forwarder.redirect;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseDataJsonConverter;

/** The SQL of {@code kafka.target_metadata}. Immutable. */
final class TargetMetadataStore {
    /** The version of Kafka's Metadata response whose JSON is stored; the broker reads the same. */
    private static final short VERSION = 13;

    private static final String TOPICS = "SELECT name FROM kafka.topics WHERE deleted_at IS NULL ORDER BY name";

    private static final String SAVE =
            """
            INSERT INTO kafka.target_metadata AS t (forwarder, cluster_id, bootstrap_servers, metadata)
            VALUES (?, ?, ?, ?::jsonb)
            ON CONFLICT (forwarder) DO UPDATE
            SET cluster_id = excluded.cluster_id, bootstrap_servers = excluded.bootstrap_servers,
                metadata = excluded.metadata, updated_at = now()
            WHERE (t.cluster_id, t.bootstrap_servers, t.metadata)
                IS DISTINCT FROM (excluded.cluster_id, excluded.bootstrap_servers, excluded.metadata)
            """;

    private final String forwarder;

    TargetMetadataStore(String forwarder) {
        this.forwarder = forwarder;
    }

    /** What to ask the target for: our topics by their names here, and those that say who coordinates what. */
    List<String> topics(Connection connection) throws SQLException {
        List<String> topics = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TOPICS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                topics.add(rows.getString(1));
            }
        }
        topics.add(Topic.GROUP_METADATA_TOPIC_NAME);
        topics.add(Topic.TRANSACTION_STATE_TOPIC_NAME);
        return topics;
    }

    /** Writes what has changed, and tells the broker. @return whether anything has */
    boolean save(Connection connection, String bootstrapServers, MetadataResponseData metadata) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAVE);
                Statement notification = connection.createStatement()) {
            statement.setString(1, forwarder);
            statement.setString(2, metadata.clusterId());
            statement.setString(3, bootstrapServers);
            statement.setString(
                    4,
                    MetadataResponseDataJsonConverter.write(metadata, VERSION).toString());
            boolean changed = statement.executeUpdate() > 0;
            if (changed) {
                notification.execute("NOTIFY tailrace_migration");
            }
            return changed;
        }
    }
}
