package io.tailrace.broker.topic;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/**
 * A topic's configuration: what was set on it over the broker's defaults, read by Kafka's own {@link LogConfig}, so that
 * names, defaults and limits are Kafka's. Immutable.
 */
public final class TopicSettings {

    private final Map<String, String> overrides;
    private final LogConfig effective;
    private final StorageFormat storageFormat;

    private TopicSettings(Map<String, String> overrides, LogConfig effective, StorageFormat storageFormat) {
        this.overrides = overrides;
        this.effective = effective;
        this.storageFormat = storageFormat;
    }

    /**
     * Reads a topic's configuration as it is stored.
     *
     * @throws InvalidConfigurationException for a value that Kafka does not allow
     */
    public static TopicSettings of(Map<String, String> defaults, Map<String, String> overrides) {
        try {
            Properties properties = new Properties();
            properties.putAll(overrides);
            Map<String, String> all = new HashMap<>(defaults);
            all.putAll(overrides);
            return new TopicSettings(
                    Map.copyOf(overrides), LogConfig.fromProps(defaults, properties), StorageFormat.of(all));
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
    }

    /**
     * Reads and checks a topic's configuration as somebody wants it to be, by Kafka's rules for topics without tiered
     * storage.
     *
     * @param existing what is set on the topic so far
     * @throws InvalidConfigurationException for an unknown name or a value that Kafka does not allow
     */
    static TopicSettings checked(
            Map<String, String> defaults, Map<String, String> existing, Map<String, String> overrides) {
        try {
            Map<String, String> ofKafka = new HashMap<>(overrides);
            ofKafka.remove(StorageFormat.TOPIC_CONFIG);
            LogConfig.validateNames(ofKafka);
            TopicSettings settings = of(defaults, overrides);
            Map<String, Object> values = new HashMap<>(settings.effective.values());
            values.values().removeIf(Objects::isNull);
            LogConfig.validate(existing, ofKafka, values, false);
            return settings;
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
    }

    /**
     * Checks the settings of topics that say nothing.
     *
     * @throws InvalidConfigurationException for a value that Kafka does not allow
     */
    public static void checkDefaults(Map<String, String> defaults) {
        LogConfig.validateValues(of(defaults, Map.of()).effective.values());
    }

    /** The same overrides over other defaults. */
    TopicSettings over(Map<String, String> defaults) {
        return of(defaults, overrides);
    }

    /** What was set on the topic itself. */
    public Map<String, String> overrides() {
        return overrides;
    }

    /** Kafka's settings with their values, defaults included. */
    public LogConfig effective() {
        return effective;
    }

    /** The shape of the rows that its new records get. */
    public StorageFormat storageFormat() {
        return storageFormat;
    }

    /** Every setting and its value, by name, in the order of the names. */
    public SortedMap<String, @Nullable Object> values() {
        SortedMap<String, @Nullable Object> values = new TreeMap<>();
        LogConfig.nonInternalConfigNames()
                .forEach(name -> values.put(name, effective.values().get(name)));
        values.put(StorageFormat.TOPIC_CONFIG, storageFormat.text());
        return values;
    }

    /** What Kafka's tools are told of a setting of topics; null where there is none of that name. */
    public static @Nullable ConfigKey configKey(String name) {
        return name.equals(StorageFormat.TOPIC_CONFIG)
                ? StorageFormat.configKey()
                : LogConfig.configKeys().get(name);
    }

    /** The setting of brokers that is the default of a topic's; null where there is none. */
    public static @Nullable String brokerConfig(String name) {
        return name.equals(StorageFormat.TOPIC_CONFIG)
                ? StorageFormat.BROKER_CONFIG
                : ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(name);
    }

    public int maxMessageBytes() {
        return effective.maxMessageSize();
    }

    public TimestampType timestampType() {
        return effective.messageTimestampType;
    }

    public long timestampBeforeMaxMs() {
        return effective.messageTimestampBeforeMaxMs;
    }

    public long timestampAfterMaxMs() {
        return effective.messageTimestampAfterMaxMs;
    }

    /** Whether records that have been replaced by a newer one of the same key are taken away. */
    public boolean compacted() {
        return effective.compact;
    }

    /** Whether records that are too old or too many are taken away. */
    public boolean deleted() {
        return effective.delete;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicSettings that
                && that.overrides.equals(overrides)
                && that.effective.equals(effective)
                && that.storageFormat == storageFormat;
    }

    @Override
    public int hashCode() {
        return effective.hashCode();
    }
}
