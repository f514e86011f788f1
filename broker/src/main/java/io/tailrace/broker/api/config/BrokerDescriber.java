package io.tailrace.broker.api.config;

import static org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource.DEFAULT_CONFIG;
import static org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource.DYNAMIC_BROKER_CONFIG;
import static org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
import static org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource.STATIC_BROKER_CONFIG;

import io.tailrace.broker.api.config.ConfigEntries.Detail;
import io.tailrace.broker.config.BrokerSettings;
import io.tailrace.broker.config.ConfigRules;
import io.tailrace.broker.topic.StorageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.ConfigHelperUtils;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.QuotaConfig;
import org.jspecify.annotations.Nullable;

/** Describes this broker, or what is set on all brokers. Thread-safe. */
final class BrokerDescriber {

    private final BrokerSettings settings;

    BrokerDescriber(BrokerSettings settings) {
        this.settings = settings;
    }

    DescribeConfigsResult describe(DescribeConfigsResource resource, Detail detail) {
        if (resource.resourceName().isEmpty()) {
            return ConfigHelperUtils.createResponseConfig(
                    resource, settings.ofCluster(), (name, value) -> entry(name, value, false, detail));
        }
        checkNode(resource.resourceName(), " or empty string,");
        AbstractConfig effective = settings.effective();
        return ConfigHelperUtils.createResponseConfig(
                resource, effective, (name, value) -> entry(name, value, true, detail));
    }

    /** Describes the levels of loggers, which the broker does not change while it runs: there are none. */
    DescribeConfigsResult describeLoggers(DescribeConfigsResource resource) {
        if (resource.resourceName().isEmpty()) {
            throw new InvalidRequestException("Broker id must not be empty");
        }
        checkNode(resource.resourceName(), "");
        return new DescribeConfigsResult();
    }

    private void checkNode(String name, String orElse) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Broker id must be an integer, but it is: " + name, e);
        }
        if (id != settings.nodeId()) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected " + settings.nodeId() + orElse + " but received " + name);
        }
    }

    private DescribeConfigsResourceResult entry(
            String name, @Nullable Object value, boolean ofThisBroker, Detail detail) {
        @Nullable ConfigKey key = key(name);
        List<DescribeConfigsSynonym> synonyms = synonyms(name);
        if (!ofThisBroker) {
            synonyms = synonyms.stream()
                    .filter(synonym -> synonym.source() == DYNAMIC_DEFAULT_BROKER_CONFIG.id())
                    .toList();
        }
        return ConfigEntries.entry(
                name,
                value,
                key == null ? null : key.type,
                synonyms,
                key == null ? null : key.documentation,
                !ConfigRules.isChangeable(name),
                detail);
    }

    /** Everything that gives a broker's setting its value, the strongest first. */
    List<DescribeConfigsSynonym> synonyms(String name) {
        List<String> names = DynamicBrokerConfig.brokerConfigSynonyms(name, true);
        List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
        add(synonyms, names, settings.ofNode(), DYNAMIC_BROKER_CONFIG);
        add(synonyms, names, settings.ofCluster(), DYNAMIC_DEFAULT_BROKER_CONFIG);
        add(synonyms, names, settings.fixed(), STATIC_BROKER_CONFIG);
        names.forEach(synonym -> addDefault(synonyms, synonym));
        // What is said under another name counts only from where this name is mentioned, as in Kafka.
        while (!synonyms.isEmpty() && !synonyms.get(0).name().equals(name)) {
            synonyms.remove(0);
        }
        return synonyms;
    }

    private static void add(
            List<DescribeConfigsSynonym> synonyms, List<String> names, Map<String, String> layer, ConfigSource source) {
        for (String name : names) {
            String value = layer.get(name);
            if (value != null) {
                @Nullable ConfigKey key = key(name);
                synonyms.add(ConfigEntries.synonym(name, value, key == null ? null : key.type, source));
            }
        }
    }

    private static void addDefault(List<DescribeConfigsSynonym> synonyms, String name) {
        @Nullable ConfigKey key = key(name);
        if (key != null && key.hasDefault() && key.defaultValue != null) {
            String value = ConfigDef.convertToString(key.defaultValue, key.type);
            synonyms.add(ConfigEntries.synonym(name, value, key.type, DEFAULT_CONFIG));
        }
    }

    private static @Nullable ConfigKey key(String name) {
        if (name.equals(StorageFormat.BROKER_CONFIG)) {
            return StorageFormat.configKey();
        }
        ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(name);
        return key != null ? key : QuotaConfig.brokerQuotaConfigs().configKeys().get(name);
    }
}
