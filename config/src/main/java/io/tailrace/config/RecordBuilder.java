package io.tailrace.config;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fills the records of a catalog with what was found, or with their defaults, and collects what is wrong. Confined to the
 * calling thread.
 */
final class RecordBuilder {
    /** No password or key is longer; a larger file is some other file. */
    private static final long MAX_SECRET_FILE_BYTES = 64 * 1024;

    private final SettingLayers layers;
    private final List<String> problems;

    RecordBuilder(SettingLayers layers, List<String> problems) {
        this.layers = layers;
        this.problems = problems;
    }

    <T extends Record> Optional<T> build(Class<T> program, SettingCatalog catalog) {
        int before = problems.size();
        Object[] sections = catalog.sections().stream()
                .map(section -> section(section).orElse(null))
                .toArray();
        return problems.size() > before ? Optional.empty() : construct(program, sections);
    }

    private Optional<? extends Record> section(SettingCatalog.Section section) {
        int before = problems.size();
        @Nullable Object[] values = new @Nullable Object[section.settings().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(section.settings().get(i));
        }
        return problems.size() > before ? Optional.empty() : construct(section.type(), values);
    }

    private @Nullable Object value(SettingDefinition setting) {
        if (setting.isTable()) {
            return layers.below(setting.key() + ".");
        } else if (setting.isSecret()) {
            return secret(setting);
        } else if (setting.type() == Path.class) {
            return path(setting);
        }
        Optional<SettingValue> found = layers.find(setting.key());
        String text = found.map(SettingValue::text).orElse(setting.setting().byDefault());
        try {
            return ValueParser.parse(setting, text);
        } catch (IllegalArgumentException e) {
            String place = found.map(SettingValue::describe).orElse(setting.key());
            problems.add(place + ": " + ValueParser.expected(setting) + " is needed");
            return null;
        }
    }

    private @Nullable Path path(SettingDefinition setting) {
        Optional<SettingValue> found =
                layers.find(setting.key()).filter(value -> !value.text().isEmpty());
        if (found.isEmpty()) {
            return null;
        }
        Path path = found.get().path();
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            problems.add(found.get().describe() + ": there is no such file, or it cannot be read");
        }
        return path;
    }

    private Secret secret(SettingDefinition setting) {
        Map<String, SettingValue> layer = layers.layerWithAny(setting.key(), setting.fileKey());
        SettingValue direct = nonEmpty(layer.get(setting.key()));
        SettingValue file = nonEmpty(layer.get(setting.fileKey()));
        if (direct != null && file != null) {
            problems.add(
                    "%s and %s are both set in %s; keep one".formatted(direct.name(), file.name(), direct.origin()));
        } else if (direct != null) {
            return new Secret(direct.text());
        } else if (file != null) {
            return secretFromFile(file);
        }
        return Secret.NONE;
    }

    private static @Nullable SettingValue nonEmpty(@Nullable SettingValue value) {
        return value == null || value.text().isEmpty() ? null : value;
    }

    private Secret secretFromFile(SettingValue value) {
        Path path = value.path();
        try {
            if (Files.size(path) > MAX_SECRET_FILE_BYTES) {
                problems.add(value.describe() + ": the file is too large to be a password");
                return Secret.NONE;
            }
            String text = Files.readString(path).replaceFirst("\\R\\z", "");
            if (text.isEmpty()) {
                problems.add(value.describe() + ": the file is empty");
            }
            return new Secret(text);
        } catch (IOException e) {
            problems.add(value.describe() + ": there is no such file, or it cannot be read");
            return Secret.NONE;
        }
    }

    private <T extends Record> Optional<T> construct(Class<T> type, @Nullable Object[] values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return Optional.of(type.getDeclaredConstructor(types).newInstance(values));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof ConfigException problem) {
                problems.addAll(problem.problems());
                return Optional.empty();
            }
            throw new IllegalStateException("cannot construct " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot construct " + type, e);
        }
    }
}
