package io.tailrace.broker.outbox;

import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.TopicSettings;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Tells {@code kafka.produce} what topics are like that do not say otherwise, so that it can refuse at once what the log
 * would refuse later. Stateless.
 */
public final class SqlTopicDefaults {

    private static final String SAVE =
            """
            INSERT INTO kafka.topic_defaults AS d (name, value) SELECT * FROM unnest(?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE d.value <> excluded.value
            """;

    private static final List<String> NAMES =
            List.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);

    private SqlTopicDefaults() {}

    /**
     * Writes them down.
     *
     * @param defaults what the broker's configuration says, by the names of topic settings
     */
    public static void save(Database database, Map<String, String> defaults) throws SQLException {
        LogConfig effective = TopicSettings.of(defaults, Map.of()).effective();
        Object[] values = NAMES.stream()
                .map(name -> LogConfig.configType(name)
                        .map(type ->
                                ConfigDef.convertToString(effective.values().get(name), type))
                        .orElseThrow())
                .toArray();
        database.inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
                statement.setArray(1, connection.createArrayOf("text", NAMES.toArray()));
                statement.setArray(2, connection.createArrayOf("text", values));
                return statement.executeUpdate();
            }
        });
    }
}
