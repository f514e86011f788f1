package io.tailrace.broker.api.config;

import static org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource.TOPIC_CONFIG;

import io.tailrace.broker.api.config.ConfigEntries.Detail;
import io.tailrace.broker.topic.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.server.ConfigHelperUtils;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/** Describes a topic's settings. Thread-safe. */
public final class TopicDescriber {

    private final BrokerDescriber broker;

    TopicDescriber(BrokerDescriber broker) {
        this.broker = broker;
    }

    DescribeConfigsResult describe(DescribeConfigsResource resource, TopicSettings settings, Detail detail) {
        return ConfigHelperUtils.createResponseConfig(
                resource, settings.effective(), (name, value) -> entry(settings, name, value, detail));
    }

    /** Every setting of a topic in the order of the names, without synonyms. */
    public List<DescribeConfigsResourceResult> entries(TopicSettings settings) {
        Map<String, ?> values = settings.effective().values();
        return LogConfig.nonInternalConfigNames().stream()
                .map(name -> entry(settings, name, values.get(name), new Detail(false, false)))
                .toList();
    }

    private DescribeConfigsResourceResult entry(
            TopicSettings settings, String name, @Nullable Object value, Detail detail) {
        @Nullable ConfigKey key = LogConfig.configKeys().get(name);
        List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
        if (settings.overrides().containsKey(name)) {
            synonyms.add(ConfigEntries.synonym(name, value, key == null ? null : key.type, TOPIC_CONFIG));
        }
        String ofBroker = ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(name);
        if (ofBroker != null) {
            synonyms.addAll(broker.synonyms(ofBroker));
        }
        return ConfigEntries.entry(
                name,
                value,
                key == null ? null : key.type,
                synonyms,
                key == null ? null : key.documentation,
                false,
                detail);
    }
}
