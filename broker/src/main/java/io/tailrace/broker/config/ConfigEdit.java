package io.tailrace.broker.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants done to one setting. Immutable.
 *
 * @param value null with DELETE only
 */
public record ConfigEdit(String name, OpType operation, @Nullable String value) {

    /**
     * Applies the edits to what is set on a resource.
     *
     * @throws InvalidConfigurationException where a list operation meets a setting that is no list
     */
    public static Map<String, String> apply(
            ConfigResource.Type type, List<ConfigEdit> edits, Map<String, String> existing) {
        Map<String, String> config = new HashMap<>(existing);
        edits.forEach(edit -> edit.applyTo(type, config));
        return config;
    }

    /** True where the setting is to be taken away. */
    public boolean isDeletion() {
        return operation == OpType.DELETE;
    }

    private void applyTo(ConfigResource.Type type, Map<String, String> config) {
        if (value == null || operation == OpType.DELETE) {
            config.remove(name);
        } else if (operation == OpType.SET) {
            config.put(name, value);
        } else {
            config.put(name, String.join(",", editedList(type, config.get(name), value)));
        }
        checkSize(config.get(name));
    }

    private List<String> editedList(ConfigResource.Type type, @Nullable String existing, String edited) {
        @Nullable ConfigKey key = keys(type).get(name);
        if (key == null || key.type != ConfigDef.Type.LIST) {
            throw new InvalidConfigurationException(
                    "Can't " + operation + " to key " + name + " because its type is not LIST.");
        }
        List<String> parts = new ArrayList<>(parts(existing == null ? defaultOf(key) : existing));
        for (String part : parts(edited)) {
            if (operation == OpType.SUBTRACT) {
                parts.remove(part);
            } else if (!parts.contains(part)) {
                parts.add(part);
            }
        }
        return parts;
    }

    private static @Nullable String defaultOf(ConfigKey key) {
        return key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : null;
    }

    private static List<String> parts(@Nullable String list) {
        return list == null
                ? List.of()
                : Arrays.stream(list.split(",", -1))
                        .filter(part -> !part.isEmpty())
                        .toList();
    }

    private static void checkSize(@Nullable String value) {
        if (value != null && value.length() > Short.MAX_VALUE) {
            throw new InvalidConfigurationException("The configuration value cannot be added because it exceeds the"
                    + " maximum value size of " + Short.MAX_VALUE + " bytes.");
        }
    }

    private static Map<String, ConfigKey> keys(ConfigResource.Type type) {
        return switch (type) {
            case TOPIC -> LogConfig.configKeys();
            case BROKER -> AbstractKafkaConfig.CONFIG_DEF.configKeys();
            case GROUP -> GroupConfig.CONFIG_DEF.configKeys();
            case CLIENT_METRICS -> ClientMetricsConfigs.configDef().configKeys();
            case BROKER_LOGGER, UNKNOWN -> Map.of();
        };
    }
}
