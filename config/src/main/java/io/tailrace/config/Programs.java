package io.tailrace.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The programs that have settings, and what to say about a name that is none of theirs. Immutable. */
final class Programs {
    private static final Map<String, SettingCatalog> CATALOGS = catalogs();

    private Programs() {}

    /** The program whose settings match. */
    static Optional<String> owner(Predicate<SettingCatalog> condition) {
        return CATALOGS.entrySet().stream()
                .filter(entry -> condition.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    static String unknownKey(SettingValue value, SettingCatalog catalog) {
        String start = "unknown setting `%s` in %s; ".formatted(value.name(), value.origin());
        Optional<String> owner = owner(other -> other.knows(value.name()));
        if (owner.isPresent()) {
            return start + "it belongs to the %s, into a file of its own".formatted(owner.get());
        }
        boolean isSection =
                catalog.sections().stream().anyMatch(section -> section.name().equals(value.name()));
        return start
                + (isSection
                        ? "it is a section, [%s], that holds settings".formatted(value.name())
                        : NearestName.question(value.name(), catalog.keys()));
    }

    static String unknownEnvironmentName(String name, SettingCatalog catalog) {
        return "unknown setting `%s` in the environment; ".formatted(name)
                + NearestName.question(
                        name,
                        catalog.keys().stream()
                                .map(SettingDefinition::environmentName)
                                .toList());
    }

    private static Map<String, SettingCatalog> catalogs() {
        Map<String, SettingCatalog> catalogs = new LinkedHashMap<>();
        catalogs.put("broker", SettingCatalog.of(BrokerConfig.class));
        catalogs.put("forwarder", SettingCatalog.of(ForwarderConfig.class));
        return catalogs;
    }
}
