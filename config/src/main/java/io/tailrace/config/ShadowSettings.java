package io.tailrace.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Section {@code [shadow]}: which topics are forwarded, and what of their settings. */
public record ShadowSettings(
        @Setting(
                        value =
                                "The topics to forward: names separated by commas, in which * stands for any characters and ? for one. A topic's row in kafka.topic_shadow_config goes first.",
                        byDefault = "*",
                        required = true)
                String include,
        @Setting("The topics among them that are not forwarded, in the same form.") String exclude,
        @Setting(
                        value =
                                "The topic settings that do not follow to the target, in the same form. Those that the target does not know are left out anyway.",
                        byDefault =
                                "min.insync.replicas,unclean.leader.election.enable,remote.*,local.retention.*,*.replication.throttled.replicas")
                String excludeSettings) {

    private static final String NAME = "[a-zA-Z0-9._*?-]{1,249}";

    public ShadowSettings {
        List<String> problems = new ArrayList<>();
        check("include", include, problems);
        check("exclude", exclude, problems);
        check("exclude_settings", excludeSettings, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private static void check(String setting, String patterns, List<String> problems) {
        for (String pattern : list(patterns)) {
            if (!pattern.matches(NAME)) {
                problems.add(
                        "shadow.%s: \"%s\" is not a name or pattern; letters, digits, dots, dashes, underscores, * and ? are needed, with commas between names"
                                .formatted(setting, pattern));
            }
        }
    }

    public List<String> includePatterns() {
        return list(include);
    }

    public List<String> excludePatterns() {
        return list(exclude);
    }

    public List<String> excludeSettingsPatterns() {
        return list(excludeSettings);
    }

    private static List<String> list(String patterns) {
        return Arrays.stream(patterns.split(",", -1))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .toList();
    }
}
