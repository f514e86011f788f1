package io.tailrace.broker.config;

import io.tailrace.broker.topic.TopicChanges;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes what is set on topics, brokers, groups and client metrics subscriptions: checked, then written, then in effect.
 *
 * <p>Thread-safe: the work runs one piece at a time on the executor given, which must be the single thread that changes
 * topics.
 */
public final class ConfigChanges implements ConfigListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(ConfigChanges.class);

    private final DynamicConfigs configs;
    private final BrokerSettings settings;
    private final ConfigRules rules;
    private final TopicChanges topics;
    private final Executor executor;

    public ConfigChanges(DynamicConfigs configs, BrokerSettings settings, TopicChanges topics, Executor executor) {
        this.configs = configs;
        this.settings = settings;
        this.rules = new ConfigRules(settings);
        this.topics = topics;
        this.executor = executor;
    }

    /**
     * Changes what is set on a resource, or only checks that it could be changed so.
     *
     * @param edit from what is set now to what shall be set; may throw Kafka's exceptions
     * @return completes exceptionally with Kafka's exception for what may not be
     */
    public CompletableFuture<Void> alter(
            ConfigResource resource, UnaryOperator<Map<String, String>> edit, boolean validateOnly) {
        return resource.type() == ConfigResource.Type.TOPIC
                ? topics.alterSettings(resource.name(), edit, validateOnly)
                : CompletableFuture.runAsync(() -> alterNow(resource, edit, validateOnly), executor);
    }

    private void alterNow(ConfigResource resource, UnaryOperator<Map<String, String>> edit, boolean validateOnly) {
        Map<String, String> existing = configs.of(resource);
        Map<String, String> config = edit.apply(existing);
        rules.check(resource, config);
        if (validateOnly || config.equals(existing)) {
            return;
        }
        try {
            configs.set(resource, config);
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
        LOGGER.atInfo()
                .addKeyValue("type", resource.type())
                .addKeyValue("name", resource.name())
                .addKeyValue("settings", config.keySet())
                .log("configuration changed");
    }

    /** What is set on brokers is what topics are like that do not say otherwise. */
    @Override
    public void onChanged(ConfigResource resource, Map<String, String> config) {
        if (resource.type() == ConfigResource.Type.BROKER) {
            topics.changeDefaults(settings.topicDefaults());
        }
    }
}
