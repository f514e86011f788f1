package io.tailrace.broker.config;

import io.tailrace.broker.group.CoordinatorSettings;
import io.tailrace.broker.topic.StorageFormat;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ListenerConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.metrics.MetricConfigs;

/**
 * The broker's configuration file under Kafka's names, so that Kafka's tools can show it. Only what differs from Kafka's
 * defaults is said, as if it stood in a server.properties. Stateless.
 */
public final class FixedSettings {

    private FixedSettings() {}

    /** The settings of the file. */
    public static Map<String, String> of(BrokerConfig config) {
        Map<String, String> settings = new HashMap<>();
        addListener(settings, config.broker());
        settings.put(
                ServerLogConfigs.NUM_PARTITIONS_CONFIG, text(config.topics().defaultPartitions()));
        settings.put(
                ServerLogConfigs.AUTO_CREATE_TOPICS_ENABLE_CONFIG,
                text(config.topics().autoCreate()));
        settings.put(
                ServerConfigs.MESSAGE_MAX_BYTES_CONFIG, text(config.topics().maxMessageBytes()));
        settings.put(
                ServerLogConfigs.LOG_MESSAGE_TIMESTAMP_TYPE_CONFIG,
                config.topics().messageTimestampType());
        settings.put(StorageFormat.BROKER_CONFIG, config.topics().storageFormat());
        settings.put("fetch.max.bytes", text(config.log().fetchMaxBytes()));
        settings.put(
                "producer.id.expiration.ms",
                text(config.log().producerIdExpiration().toMillis()));
        settings.put(
                MetricConfigs.CLIENT_TELEMETRY_MAX_BYTES_CONFIG,
                text(config.metrics().clientTelemetryMaxBytes()));
        settings.putAll(CoordinatorSettings.of(config.groups()));
        settings.put(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG, "1");
        settings.entrySet().removeIf(setting -> isDefault(setting.getKey(), setting.getValue()));
        return Map.copyOf(settings);
    }

    private static void addListener(Map<String, String> settings, ListenerConfig listener) {
        settings.put("process.roles", "broker");
        settings.put("node.id", text(listener.nodeId()));
        settings.put(ServerConfigs.BROKER_ID_CONFIG, text(listener.nodeId()));
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put(SocketServerConfigs.LISTENERS_CONFIG, "PLAINTEXT://" + listener.host() + ":" + listener.port());
        settings.put(SocketServerConfigs.SOCKET_REQUEST_MAX_BYTES_CONFIG, text(listener.maxFrameBytes()));
        settings.put(SocketServerConfigs.MAX_CONNECTIONS_CONFIG, text(listener.maxConnections()));
        settings.put(SocketServerConfigs.NUM_NETWORK_THREADS_CONFIG, text(listener.ioThreads()));
        settings.put(
                SocketServerConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG,
                text(listener.idleTimeout().toMillis()));
    }

    private static boolean isDefault(String name, String value) {
        ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(name);
        return key != null
                && key.hasDefault()
                && Objects.equals(ConfigDef.convertToString(key.defaultValue, key.type), value);
    }

    private static String text(Object value) {
        return String.valueOf(value);
    }
}
