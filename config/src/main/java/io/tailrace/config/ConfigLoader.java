package io.tailrace.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a program's configuration. {@code TAILRACE_*} variables win over the plain ones ({@code PG_HOST},
 * {@code KAFKA_BROKERS}; forwarder only), these over the file, and the file over the defaults.
 */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * The configuration of a program.
     *
     * @param type {@link BrokerConfig} or {@link ForwarderConfig}
     * @param file a {@code .toml} or {@code .properties} file, or null for none
     * @param environment usually {@code System.getenv()}
     * @throws ConfigException with all that is wrong with it
     */
    public static <T extends Record> T load(Class<T> type, @Nullable Path file, Map<String, String> environment) {
        SettingCatalog catalog = SettingCatalog.of(type);
        List<String> problems = new ArrayList<>();
        Map<String, SettingValue> fromFile = file == null ? Map.of() : FileSettings.read(file);
        fromFile.forEach((key, value) -> {
            if (!catalog.knows(key)) {
                problems.add(Programs.unknownKey(value, catalog));
            }
        });
        Map<String, SettingValue> fromEnvironment = EnvironmentSettings.read(catalog, environment, problems);
        Map<String, SettingValue> fromPlainNames =
                type == ForwarderConfig.class ? EnvironmentSettings.readPlainNames(environment) : Map.of();
        SettingLayers layers = new SettingLayers(List.of(fromEnvironment, fromPlainNames, fromFile));
        T config = new RecordBuilder(layers, problems).build(type, catalog).orElse(null);
        if (config == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
    }
}
