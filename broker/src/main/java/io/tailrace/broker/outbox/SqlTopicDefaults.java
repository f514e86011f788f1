package io.tailrace.broker.outbox;

import io.tailrace.broker.config.ConfigListener;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.TopicSettings;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells {@code kafka.produce} what topics are like that do not say otherwise, so that it can refuse at once what the log
 * would refuse later. Thread-safe.
 */
public final class SqlTopicDefaults implements ConfigListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(SqlTopicDefaults.class);

    private static final String SAVE =
            """
            INSERT INTO kafka.topic_defaults AS d (name, value) SELECT * FROM unnest(?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE d.value <> excluded.value
            """;

    private static final List<String> NAMES =
            List.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);

    private final Database database;
    private final Supplier<Map<String, String>> defaults;

    /** @param defaults what brokers are configured to, by the names of topic settings */
    public SqlTopicDefaults(Database database, Supplier<Map<String, String>> defaults) {
        this.database = database;
        this.defaults = defaults;
    }

    /** Writes them down as they are now. */
    public void save() throws SQLException {
        LogConfig effective = TopicSettings.of(defaults.get(), Map.of()).effective();
        Object[] values = NAMES.stream().map(name -> text(effective, name)).toArray();
        database.inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
                statement.setArray(1, connection.createArrayOf("text", NAMES.toArray()));
                statement.setArray(2, connection.createArrayOf("text", values));
                return statement.executeUpdate();
            }
        });
    }

    private static String text(LogConfig effective, String name) {
        return ConfigDef.convertToString(
                effective.values().get(name), LogConfig.configType(name).orElseThrow());
    }

    @Override
    public void onChanged(ConfigResource resource, Map<String, String> config) {
        if (resource.type() != ConfigResource.Type.BROKER) {
            return;
        }
        try {
            save();
        } catch (SQLException e) {
            LOGGER.atWarn()
                    .setCause(e)
                    .log("kafka.produce does not know the topics' new defaults before the next start");
        }
    }
}
