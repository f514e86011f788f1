package io.tailrace.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page that lists every setting of both programs. */
final class SettingReference {
    private SettingReference() {}

    static String render(String introduction) {
        StringBuilder page = new StringBuilder(introduction);
        Map<String, SettingCatalog.Section> sections = new LinkedHashMap<>();
        Stream.of(BrokerConfig.class, ForwarderConfig.class)
                .flatMap(program -> SettingCatalog.of(program).sections().stream())
                .forEach(section -> sections.putIfAbsent(section.name(), section));
        sections.values().forEach(section -> section(page, section));
        return page.toString();
    }

    private static void section(StringBuilder page, SettingCatalog.Section section) {
        page.append("\n## `[")
                .append(section.name())
                .append("]`: ")
                .append(programs(section))
                .append("\n\n");
        page.append(section.description()).append("\n\n");
        page.append("| setting | default | allowed | what it does |\n|---|---|---|---|\n");
        section.settings().forEach(setting -> row(page, setting));
    }

    private static void row(StringBuilder page, SettingDefinition setting) {
        if (setting.isTable()) {
            page.append("| `%s.…` | | | %s |\n"
                    .formatted(setting.name(), setting.setting().value()));
            return;
        }
        String name = "`" + setting.name() + "`" + (setting.isSecret() ? "<br>`" + setting.name() + "_file`" : "");
        page.append("| %s | `%s` | %s | %s |\n"
                .formatted(
                        name,
                        defaultValue(setting),
                        allowed(setting),
                        setting.setting().value()));
    }

    /** The programs that have the section, as a heading says it. */
    private static String programs(SettingCatalog.Section section) {
        Map<String, Class<? extends Record>> programs = new LinkedHashMap<>();
        programs.put("broker", BrokerConfig.class);
        programs.put("forwarder", ForwarderConfig.class);
        return programs.entrySet().stream()
                .filter(program -> SettingCatalog.of(program.getValue()).sections().stream()
                        .anyMatch(other -> other.name().equals(section.name())))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(" and "));
    }

    /** The default as TOML writes it. */
    static String defaultValue(SettingDefinition setting) {
        String value = setting.setting().byDefault();
        boolean bare = setting.type() == boolean.class || value.matches("-?\\d+");
        return bare ? value : "\"" + value + "\"";
    }

    /** The limits, or the choice; empty where anything goes. */
    static String allowed(SettingDefinition setting) {
        String[] oneOf = setting.setting().oneOf();
        if (oneOf.length > 0) {
            return Arrays.stream(oneOf).filter(one -> !one.isEmpty()).collect(Collectors.joining(", "));
        } else if (setting.isNumber() || setting.type() == Duration.class) {
            return ValueParser.limits(setting).strip().replaceFirst("^from ", "");
        } else if (setting.type() == boolean.class) {
            return "true, false";
        }
        return "";
    }
}
