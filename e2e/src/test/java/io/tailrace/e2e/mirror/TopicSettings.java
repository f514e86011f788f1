package io.tailrace.e2e.mirror;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** What is set for topics themselves. Stateless. */
public final class TopicSettings {

    private TopicSettings() {}

    /** Of each topic. */
    public static Map<String, Map<String, String>> of(Map<String, Object> connection, Collection<String> topics)
            throws Exception {
        Map<String, Map<String, String>> settings = new HashMap<>();
        try (Admin admin = Admin.create(connection)) {
            admin.describeConfigs(topics.stream().map(TopicSettings::resource).toList())
                    .all()
                    .get()
                    .forEach((topic, config) -> settings.put(topic.name(), own(config)));
        }
        return settings;
    }

    /** Sets some and takes others back to their defaults. */
    public static void change(
            Map<String, Object> connection, String topic, Map<String, String> set, Collection<String> removed)
            throws Exception {
        List<AlterConfigOp> changes = new ArrayList<>();
        set.forEach((name, value) ->
                changes.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
        removed.forEach(name -> changes.add(new AlterConfigOp(new ConfigEntry(name, ""), AlterConfigOp.OpType.DELETE)));
        try (Admin admin = Admin.create(connection)) {
            admin.incrementalAlterConfigs(Map.of(resource(topic), changes))
                    .all()
                    .get();
        }
    }

    private static Map<String, String> own(Config config) {
        Map<String, String> own = new TreeMap<>();
        config.entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                .forEach(entry -> own.put(entry.name(), entry.value()));
        return own;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
