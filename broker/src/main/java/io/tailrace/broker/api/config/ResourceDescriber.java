package io.tailrace.broker.api.config;

import io.tailrace.broker.api.config.ConfigEntries.Detail;
import io.tailrace.broker.config.BrokerSettings;
import io.tailrace.broker.config.DynamicConfigs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.ConfigHelperUtils;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.jspecify.annotations.Nullable;

/** Describes groups and client metrics subscriptions, whether or not anything is set on them. Thread-safe. */
final class ResourceDescriber {

    private final DynamicConfigs configs;
    private final BrokerSettings settings;
    private final BrokerDescriber broker;

    ResourceDescriber(DynamicConfigs configs, BrokerSettings settings, BrokerDescriber broker) {
        this.configs = configs;
        this.settings = settings;
        this.broker = broker;
    }

    DescribeConfigsResult describeGroup(DescribeConfigsResource resource, Detail detail) {
        requireName(resource, "Group name must not be empty");
        Map<String, String> set = configs.of(new ConfigResource(ConfigResource.Type.GROUP, resource.resourceName()));
        Map<String, Object> values = new HashMap<>(settings.groups().extractGroupConfigMap(settings.shareGroups()));
        values.putAll(set);
        AbstractConfig effective = new AbstractConfig(GroupConfig.CONFIG_DEF, values, Map.of(), false);
        return ConfigHelperUtils.createResponseConfig(resource, effective, (name, value) -> {
            @Nullable ConfigKey key = GroupConfig.CONFIG_DEF.configKeys().get(name);
            List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
            addSet(synonyms, set, name, key, ConfigSource.GROUP_CONFIG);
            GroupConfig.brokerSynonym(name)
                    .ifPresentOrElse(
                            synonym -> synonyms.addAll(broker.synonyms(synonym)), () -> addDefault(synonyms, key));
            return entry(name, value, key, synonyms, detail);
        });
    }

    DescribeConfigsResult describeClientMetrics(DescribeConfigsResource resource, Detail detail) {
        requireName(resource, "Client metrics subscription name must not be empty");
        Map<String, String> set =
                configs.of(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, resource.resourceName()));
        Properties overrides = new Properties();
        overrides.putAll(set);
        AbstractConfig effective = ClientMetricsConfigs.fromProps(ClientMetricsConfigs.defaultConfigsMap(), overrides);
        return ConfigHelperUtils.createResponseConfig(resource, effective, (name, value) -> {
            @Nullable
            ConfigKey key = ClientMetricsConfigs.configDef().configKeys().get(name);
            List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
            addSet(synonyms, set, name, key, ConfigSource.CLIENT_METRICS_CONFIG);
            return entry(name, value, key, synonyms, detail);
        });
    }

    private static void requireName(DescribeConfigsResource resource, String message) {
        if (resource.resourceName().isEmpty()) {
            throw new InvalidRequestException(message);
        }
    }

    private static void addSet(
            List<DescribeConfigsSynonym> synonyms,
            Map<String, String> set,
            String name,
            @Nullable ConfigKey key,
            ConfigSource source) {
        if (set.containsKey(name)) {
            synonyms.add(ConfigEntries.synonym(name, set.get(name), key == null ? null : key.type, source));
        }
    }

    private static void addDefault(List<DescribeConfigsSynonym> synonyms, @Nullable ConfigKey key) {
        if (key != null && key.hasDefault()) {
            String value = ConfigDef.convertToString(key.defaultValue, key.type);
            synonyms.add(ConfigEntries.synonym(key.name, value, key.type, ConfigSource.DEFAULT_CONFIG));
        }
    }

    private static DescribeConfigsResourceResult entry(
            String name,
            @Nullable Object value,
            @Nullable ConfigKey key,
            List<DescribeConfigsSynonym> synonyms,
            Detail detail) {
        return ConfigEntries.entry(
                name,
                value,
                key == null ? null : key.type,
                synonyms,
                key == null ? null : key.documentation,
                false,
                detail);
    }
}
