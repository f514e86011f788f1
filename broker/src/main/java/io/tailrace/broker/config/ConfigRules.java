package io.tailrace.broker.config;

import io.tailrace.broker.topic.TopicSettings;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;

/**
 * What may be set on which resource, by Kafka's own checks.
 *
 * <p>Of the settings that a Kafka broker can change while it runs, those that mean something here may be changed here: the
 * defaults of topics, and the bounds on replication, of which there is none. The others are refused like those that Kafka
 * cannot change, so that nobody waits for an effect that does not come. Thread-safe.
 */
public final class ConfigRules {

    private static final Set<String> CHANGEABLE = changeable();

    private final BrokerSettings settings;

    ConfigRules(BrokerSettings settings) {
        this.settings = settings;
    }

    private static Set<String> changeable() {
        Set<String> names = new HashSet<>(ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.values());
        names.addAll(QuotaConfig.brokerQuotaConfigs().names());
        return Set.copyOf(names);
    }

    /** True for a broker's setting that can be changed while it runs. */
    public static boolean isChangeable(String name) {
        return CHANGEABLE.contains(name);
    }

    /** @throws ApiException Kafka's, where this may not be set on the resource */
    void check(ConfigResource resource, Map<String, String> config) {
        try {
            switch (resource.type()) {
                case BROKER -> checkBroker(resource.name(), config);
                case GROUP -> checkGroup(resource.name(), config);
                case CLIENT_METRICS -> ClientMetricsConfigs.validate(resource.name(), config);
                case TOPIC, BROKER_LOGGER, UNKNOWN ->
                    throw new InvalidRequestException("Unknown resource type " + resource.type());
            }
        } catch (ConfigException e) {
            throw new InvalidConfigurationException(e.getMessage(), e);
        }
    }

    private void checkGroup(String group, Map<String, String> config) {
        if (group.isEmpty()) {
            throw new InvalidRequestException("Default group resources are not allowed.");
        }
        GroupConfig.validate(config, settings.groups(), settings.shareGroups());
    }

    private void checkBroker(String name, Map<String, String> config) {
        if (!name.isEmpty()) {
            checkNode(name);
        }
        try {
            Properties properties = new Properties();
            properties.putAll(config);
            DynamicBrokerConfig.validateConfigs(properties, !name.isEmpty());
            checkChangeable(config.keySet());
            checkTopicDefaults(name, config);
        } catch (ConfigException | InvalidConfigurationException e) {
            // So Kafka answers for brokers (KAFKA-13609), though the request is well formed.
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }

    /** @throws InvalidRequestException unless the resource is this broker */
    void checkNode(String name) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Node id must be an integer, but it is: " + name, e);
        }
        if (id != settings.nodeId()) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected " + settings.nodeId() + ", but received " + name);
        }
    }

    private static void checkChangeable(Set<String> names) {
        Set<String> refused = new TreeSet<>();
        for (String name : names) {
            boolean known =
                    AbstractKafkaConfig.CONFIG_DEF.configKeys().containsKey(name) || name.startsWith("listener.name.");
            if (known && !isChangeable(name)) {
                refused.add(name);
            }
        }
        if (!refused.isEmpty()) {
            throw new ConfigException("Cannot update these configs dynamically: " + refused);
        }
    }

    private void checkTopicDefaults(String name, Map<String, String> config) {
        Map<String, String> node = name.isEmpty() ? settings.ofNode() : config;
        Map<String, String> cluster = name.isEmpty() ? config : settings.ofCluster();
        TopicSettings.checkDefaults(BrokerSettings.topicDefaults(List.of(node, cluster, settings.fixed())));
    }
}
