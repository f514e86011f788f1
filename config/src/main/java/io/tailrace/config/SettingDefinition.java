package io.tailrace.config;

import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * One setting as the records declare it. Immutable.
 *
 * @param key as in a configuration file, with its section: {@code broker.port}
 * @param type of the record component that holds it
 */
record SettingDefinition(String key, Class<?> type, Setting setting) {
    static final String ENVIRONMENT_PREFIX = "TAILRACE_";

    static SettingDefinition of(String section, RecordComponent component) {
        Setting setting = Objects.requireNonNull(
                component.getAnnotation(Setting.class), () -> "a setting without a description: " + component);
        return new SettingDefinition(section + "." + snakeCase(component.getName()), component.getType(), setting);
    }

    static String snakeCase(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** The name under which the environment sets {@code key}: {@code TAILRACE_BROKER_PORT}. */
    static String environmentName(String key) {
        return ENVIRONMENT_PREFIX + environmentSuffix(key);
    }

    /** The part of that name behind the prefix. */
    static String environmentSuffix(String key) {
        return key.replace('.', '_').toUpperCase(Locale.ROOT);
    }

    String environmentName() {
        return environmentName(key);
    }

    boolean isSecret() {
        return type == Secret.class;
    }

    /** The key that names a file which holds the secret. */
    String fileKey() {
        return key + "_file";
    }

    /** Whether this is a table of names that are not ours to know. */
    boolean isTable() {
        return type == Map.class;
    }

    boolean isSize() {
        return isNumber() && key.endsWith("_bytes");
    }

    boolean isNumber() {
        return type == int.class || type == long.class;
    }

    /** The name without its section. */
    String name() {
        return key.substring(key.indexOf('.') + 1);
    }
}
