package io.tailrace.config;

import java.util.ArrayList;
import java.util.List;

/** A TOML file that shows every setting with its meaning and default, each behind a {@code #}. */
final class DefaultFile {
    private static final int WIDTH = 100;

    private DefaultFile() {}

    static String render(String program, SettingCatalog catalog) {
        List<String> lines = new ArrayList<>();
        comment(lines, "Settings of the Tailrace %s, for: ./tailrace %s --config FILE".formatted(program, program));
        comment(lines, "Lines like #name = value show the defaults; take the # away to change one.");
        comment(lines, "The environment sets the same: TAILRACE_<SECTION>_<NAME>. All about it: docs/configuration.md");
        for (SettingCatalog.Section section : catalog.sections()) {
            lines.add("");
            comment(lines, section.description());
            lines.add("[%s]".formatted(section.name()));
            section.settings().forEach(setting -> setting(lines, setting));
        }
        return String.join("\n", lines) + "\n";
    }

    private static void setting(List<String> lines, SettingDefinition setting) {
        lines.add("");
        if (setting.isTable()) {
            comment(lines, setting.setting().value() + " For example:");
            lines.add("[%s]".formatted(setting.key()));
            lines.add("#\"compression.type\" = \"lz4\"");
            lines.add("#\"linger.ms\" = 20");
            return;
        }
        comment(lines, setting.setting().value());
        String allowed = SettingReference.allowed(setting);
        lines.add("#%s = %s%s"
                .formatted(
                        setting.name(),
                        SettingReference.defaultValue(setting),
                        allowed.isEmpty() ? "" : "   # " + allowed));
        if (setting.isSecret()) {
            comment(lines, "Or the file that holds it:");
            lines.add("#%s_file = \"\"".formatted(setting.name()));
        }
    }

    private static void comment(List<String> lines, String text) {
        StringBuilder line = new StringBuilder("#");
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() >= WIDTH) {
                lines.add(line.toString());
                line.setLength(1);
            }
            line.append(' ').append(word);
        }
        lines.add(line.toString());
    }
}
