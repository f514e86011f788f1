package io.tailrace.config;

import java.nio.file.Path;

/**
 * A value as it was found, with the words that tell a person where. Immutable.
 *
 * @param name as written there: {@code broker.port} or {@code TAILRACE_BROKER_PORT}
 * @param origin for messages: {@code broker.toml} or {@code the environment}
 * @param directory what a relative path in the value starts from
 */
record SettingValue(String name, String text, String origin, Path directory) {

    /** Name, value and place, for the start of a message about it. */
    String describe() {
        return "%s = \"%s\" in %s".formatted(name, text, origin);
    }

    /** As {@link #describe()}, for a value that must not be shown. */
    String describeWithoutValue() {
        return "%s in %s".formatted(name, origin);
    }

    Path path() {
        return directory.resolve(text);
    }

    @Override
    public String toString() {
        return describeWithoutValue();
    }
}
