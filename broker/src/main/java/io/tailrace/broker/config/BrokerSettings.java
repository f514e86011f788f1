package io.tailrace.broker.config;

import io.tailrace.broker.topic.StorageFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;

/**
 * This broker's settings under Kafka's names, in Kafka's order: what was set on this broker, on all brokers, in the
 * configuration file, and Kafka's defaults. Thread-safe.
 */
public final class BrokerSettings {

    private final int nodeId;
    private final Map<String, String> fixed;
    private final DynamicConfigs dynamic;

    /** @param fixed the configuration file, see {@link FixedSettings} */
    public BrokerSettings(int nodeId, Map<String, String> fixed, DynamicConfigs dynamic) {
        this.nodeId = nodeId;
        this.fixed = Map.copyOf(fixed);
        this.dynamic = dynamic;
    }

    public int nodeId() {
        return nodeId;
    }

    /** What the configuration file says, where it differs from Kafka's defaults. */
    public Map<String, String> fixed() {
        return fixed;
    }

    /** What was set on all brokers. */
    public Map<String, String> ofCluster() {
        return dynamic.of(new ConfigResource(ConfigResource.Type.BROKER, ""));
    }

    /** What was set on this broker alone. */
    public Map<String, String> ofNode() {
        return dynamic.of(new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(nodeId)));
    }

    /** Everything, Kafka's defaults included. */
    public AbstractConfig effective() {
        Map<String, String> settings = new HashMap<>(fixed);
        override(settings, ofCluster());
        override(settings, ofNode());
        return new AbstractConfig(AbstractKafkaConfig.CONFIG_DEF, settings, Map.of(), false);
    }

    /** A newer layer's log.roll.hours wins over an older one's log.roll.ms, though within a layer it is the other way. */
    private static void override(Map<String, String> settings, Map<String, String> layer) {
        layer.keySet()
                .forEach(name -> settings.keySet().removeAll(DynamicBrokerConfig.brokerConfigSynonyms(name, false)));
        settings.putAll(layer);
    }

    /** What topics are like that do not say otherwise, under the names that topics have for it: where not Kafka's default. */
    public Map<String, String> topicDefaults() {
        return topicDefaults(List.of(ofNode(), ofCluster(), fixed));
    }

    static Map<String, String> topicDefaults(List<Map<String, String>> layers) {
        Map<String, String> defaults = new HashMap<>();
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.forEach((name, synonyms) -> layers.stream()
                .flatMap(layer -> firstOf(layer, synonyms).stream())
                .findFirst()
                .ifPresent(value -> defaults.put(name, value)));
        layers.stream()
                .filter(layer -> layer.containsKey(StorageFormat.BROKER_CONFIG))
                .findFirst()
                .ifPresent(layer -> defaults.put(StorageFormat.TOPIC_CONFIG, layer.get(StorageFormat.BROKER_CONFIG)));
        return defaults;
    }

    private static Optional<String> firstOf(Map<String, String> layer, List<ConfigSynonym> synonyms) {
        return synonyms.stream()
                .filter(synonym -> layer.containsKey(synonym.name()))
                .findFirst()
                .map(synonym -> synonym.converter().apply(layer.get(synonym.name())));
    }

    /** What groups are like that do not say otherwise. */
    public GroupCoordinatorConfig groups() {
        return new GroupCoordinatorConfig(effective());
    }

    /** What share groups are like that do not say otherwise. */
    public ShareGroupConfig shareGroups() {
        return new ShareGroupConfig(effective());
    }
}
