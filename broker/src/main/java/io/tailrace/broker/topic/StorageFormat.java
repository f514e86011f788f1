package io.tailrace.broker.topic;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/**
 * The shape of the rows in which new records are stored, the one setting of topics that Kafka does not have. Rows that are there
 * stay as they are.
 */
public enum StorageFormat {
    /** A row for each record, which SQL can read and join. */
    RECORDS,

    /** A row for each record batch, as its producer compressed it. */
    BATCHES;

    /** The setting of a topic. */
    public static final String TOPIC_CONFIG = "storage.format";

    /** The setting of a broker for topics that do not say. */
    public static final String BROKER_CONFIG = "log.storage.format";

    static final ConfigDef CONFIG_DEF = new ConfigDef()
            .define(
                    TOPIC_CONFIG,
                    ConfigDef.Type.STRING,
                    RECORDS.text(),
                    ValidString.in(RECORDS.text(), BATCHES.text()),
                    Importance.MEDIUM,
                    "How new records are stored in Postgres: 'records', a row for each, whose key, value and headers SQL"
                            + " can read; or 'batches', a row for each record batch as its producer compressed it, which is"
                            + " several times faster and smaller. What is stored already stays as it is.");

    /** What Kafka's tools are told of it, for topics and for brokers. */
    public static ConfigKey configKey() {
        return Objects.requireNonNull(CONFIG_DEF.configKeys().get(TOPIC_CONFIG));
    }

    /** The format that a configuration names, or the default. */
    static StorageFormat of(Map<String, String> config) {
        String text = new AbstractConfig(CONFIG_DEF, config, false).getString(TOPIC_CONFIG);
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Its name in configurations. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
