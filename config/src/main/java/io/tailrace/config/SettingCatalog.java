package io.tailrace.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings of one program, read from its configuration record: each component of that record is a section, each
 * component of a section a setting. Immutable.
 */
record SettingCatalog(List<Section> sections) {

    /** One table of the file. */
    record Section(String name, String description, Class<? extends Record> type, List<SettingDefinition> settings) {
        Section {
            settings = List.copyOf(settings);
        }
    }

    SettingCatalog {
        sections = List.copyOf(sections);
    }

    static SettingCatalog of(Class<? extends Record> program) {
        List<Section> sections = new ArrayList<>();
        for (RecordComponent component : program.getRecordComponents()) {
            String name = SettingDefinition.snakeCase(component.getName());
            Class<? extends Record> type = component.getType().asSubclass(Record.class);
            List<SettingDefinition> settings = Arrays.stream(type.getRecordComponents())
                    .map(setting -> SettingDefinition.of(name, setting))
                    .toList();
            Setting annotation = Objects.requireNonNull(component.getAnnotation(Setting.class), name);
            sections.add(new Section(name, annotation.value(), type, settings));
        }
        return new SettingCatalog(sections);
    }

    Stream<SettingDefinition> settings() {
        return sections.stream().flatMap(section -> section.settings().stream());
    }

    /** Every key that a file may hold, except those within a table of free names. */
    List<String> keys() {
        return settings()
                .filter(setting -> !setting.isTable())
                .flatMap(setting ->
                        setting.isSecret() ? Stream.of(setting.key(), setting.fileKey()) : Stream.of(setting.key()))
                .toList();
    }

    boolean knows(String key) {
        return keys().contains(key)
                || settings().anyMatch(setting -> setting.isTable() && key.startsWith(setting.key() + "."));
    }

    /** The key that the environment sets under this name, whose prefix is {@code TAILRACE_}. */
    Optional<String> keyOfEnvironmentName(String name) {
        for (SettingDefinition setting : settings().toList()) {
            if (setting.isTable() && name.startsWith(setting.environmentName() + "_")) {
                String rest = name.substring(setting.environmentName().length() + 1);
                return Optional.of(
                        setting.key() + "." + rest.toLowerCase(Locale.ROOT).replace('_', '.'));
            }
        }
        return keys().stream()
                .filter(key -> SettingDefinition.environmentName(key).equals(name))
                .findFirst();
    }
}
