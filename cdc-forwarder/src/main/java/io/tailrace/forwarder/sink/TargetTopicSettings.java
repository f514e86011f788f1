package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.route.NamePatterns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a topic's own settings follow to the target: all of them when it is made there, later those that have changed
 * here. What somebody has set on the target stays until the same setting changes here. Thread-safe, as the admin client
 * is, which is lent to it.
 */
final class TargetTopicSettings {
    private static final Logger LOGGER = LoggerFactory.getLogger(TargetTopicSettings.class);
    /** A record keeps its timestamp, wherever it came from and however far it is off. */
    private static final Map<String, String> FIXED = Map.of(
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime",
            TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE),
            TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));

    private final Admin admin;
    private final NamePatterns excluded;

    TargetTopicSettings(Admin admin, NamePatterns excluded) {
        this.admin = admin;
        this.excluded = excluded;
    }

    /** What of the source topic's settings is to follow. */
    Map<String, String> following(Map<String, String> settings) {
        return settings.entrySet().stream()
                .filter(setting -> follows(setting.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private boolean follows(String name) {
        return !name.startsWith("message.timestamp.") && !excluded.match(name);
    }

    /** What the target's topic must have before its first record. */
    static Map<String, String> fixed() {
        return FIXED;
    }

    /** The fixed ones, and what is to follow. */
    Map<String, String> atCreation(TargetTopic topic) {
        Map<String, String> all = new HashMap<>(following(topic.settings()));
        all.putAll(FIXED);
        return all;
    }

    /** Passes on what has changed. */
    Followed follow(TargetTopic topic) throws ExecutionException, InterruptedException {
        Map<String, String> wanted = new HashMap<>(following(topic.settings()));
        Map<String, String> before = following(topic.passedOn());
        if (wanted.equals(before)) {
            return new Followed(wanted, null);
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        Set<String> known = known(resource);
        Map<String, String> unknown = new HashMap<>(wanted);
        unknown.keySet().removeAll(known);
        wanted.keySet().retainAll(known);
        List<AlterConfigOp> changes = changes(before, wanted);
        if (!changes.isEmpty()) {
            admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        }
        log(topic.name(), changes, unknown.keySet());
        return new Followed(wanted, null);
    }

    private Set<String> known(ConfigResource resource) throws ExecutionException, InterruptedException {
        return admin.describeConfigs(List.of(resource)).all().get().values().stream()
                .flatMap(config -> config.entries().stream())
                .map(ConfigEntry::name)
                .collect(Collectors.toSet());
    }

    private static List<AlterConfigOp> changes(Map<String, String> before, Map<String, String> wanted) {
        List<AlterConfigOp> changes = new ArrayList<>();
        wanted.forEach((name, value) -> {
            if (!value.equals(before.get(name))) {
                changes.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
            }
        });
        before.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .map(name -> new AlterConfigOp(new ConfigEntry(name, ""), AlterConfigOp.OpType.DELETE))
                .forEach(changes::add);
        return changes;
    }

    private static void log(String topic, List<AlterConfigOp> changes, Set<String> unknown) {
        if (!changes.isEmpty()) {
            LOGGER.atInfo()
                    .addKeyValue("target", topic)
                    .addKeyValue("settings", names(changes))
                    .log("the topic's settings have followed to the target");
        }
        if (!unknown.isEmpty()) {
            LOGGER.atWarn()
                    .addKeyValue("target", topic)
                    .addKeyValue("settings", new TreeSet<>(unknown))
                    .log("the target does not know these settings; they do not follow");
        }
    }

    private static Set<String> names(List<AlterConfigOp> changes) {
        return changes.stream()
                .map(change -> change.configEntry().name())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
