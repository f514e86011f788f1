package io.tailrace.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;

/** Reads a configuration file into dotted keys. Confined to the calling thread. */
final class FileSettings {
    private final Path file;
    private final Path directory;
    private final Map<String, SettingValue> values = new LinkedHashMap<>();

    private FileSettings(Path file) {
        this.file = file;
        Path parent = file.toAbsolutePath().getParent();
        this.directory = parent == null ? file.toAbsolutePath() : parent;
    }

    /** The file's values by dotted key; throws a {@link ConfigException} where it cannot be read. */
    static Map<String, SettingValue> read(Path file) {
        FileSettings settings = new FileSettings(file);
        String name = file.toString();
        if (name.endsWith(".toml")) {
            settings.readToml(settings.content());
        } else if (name.endsWith(".properties")) {
            settings.readProperties(settings.content());
        } else {
            throw new ConfigException(
                    "cannot read the configuration file %s: its name must end in .toml or .properties".formatted(file));
        }
        return settings.values;
    }

    private String content() {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ConfigException("there is no configuration file %s".formatted(file.toAbsolutePath()));
        } catch (CharacterCodingException e) {
            throw new ConfigException("cannot read the configuration file %s: it is not UTF-8 text".formatted(file));
        } catch (IOException e) {
            throw new ConfigException("cannot read the configuration file %s: %s".formatted(file, e));
        }
    }

    private void readToml(String text) {
        try {
            flatten("", new TomlMapper().readTree(text));
        } catch (JsonProcessingException e) {
            throw TomlErrors.explain(file, text, e);
        }
    }

    private void flatten(String prefix, JsonNode node) {
        node.properties().forEach(field -> {
            String key = prefix + field.getKey();
            if (field.getValue().isObject()) {
                flatten(key + ".", field.getValue());
            } else {
                put(
                        key,
                        field.getValue().isArray()
                                ? joined(key, field.getValue())
                                : field.getValue().asText());
            }
        });
    }

    /** A list of plain values is the same as writing them with commas between. */
    private String joined(String key, JsonNode list) {
        StringJoiner joiner = new StringJoiner(",");
        for (JsonNode element : list) {
            if (element.isContainerNode()) {
                throw new ConfigException("%s in %s is a list of tables or lists; write one table [%s], or plain values"
                        .formatted(key, file, key));
            }
            joiner.add(element.asText());
        }
        return joiner.toString();
    }

    private void readProperties(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("cannot read the configuration file %s: %s".formatted(file, e.getMessage()));
        }
        properties.stringPropertyNames().stream()
                .sorted()
                .forEach(key -> put(key, properties.getProperty(key, "").strip()));
    }

    private void put(String key, String text) {
        values.put(key, new SettingValue(key, text, file.toString(), directory));
    }
}
