package io.tailrace.broker.topic;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * A topic's configuration: what was set on it over the broker's defaults, read by Kafka's own {@link LogConfig}, so that
 * names, defaults and limits are Kafka's. Immutable.
 */
public final class TopicSettings {

    private final Map<String, String> overrides;
    private final LogConfig effective;

    private TopicSettings(Map<String, String> overrides, LogConfig effective) {
        this.overrides = overrides;
        this.effective = effective;
    }

    /**
     * Reads and checks a topic's configuration.
     *
     * @throws InvalidConfigurationException for an unknown name or a value that Kafka does not allow
     */
    public static TopicSettings of(Map<String, String> defaults, Map<String, String> overrides) {
        try {
            LogConfig.validateNames(overrides);
            Properties properties = new Properties();
            properties.putAll(overrides);
            LogConfig effective = LogConfig.fromProps(defaults, properties);
            LogConfig.validateValues(effective.values());
            return new TopicSettings(Map.copyOf(overrides), effective);
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
    }

    /** What was set on the topic itself. */
    public Map<String, String> overrides() {
        return overrides;
    }

    /** Every setting of the topic with its value as text, defaults included. */
    public LogConfig effective() {
        return effective;
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

    public boolean compacted() {
        return effective.compact;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicSettings that && that.effective.equals(effective);
    }

    @Override
    public int hashCode() {
        return effective.hashCode();
    }
}
