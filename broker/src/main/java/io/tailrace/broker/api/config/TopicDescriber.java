package io.tailrace.broker.api.config;

import static org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource.TOPIC_CONFIG;

import io.tailrace.broker.api.config.ConfigEntries.Detail;
import io.tailrace.broker.topic.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.server.ConfigHelperUtils;
import org.jspecify.annotations.Nullable;

/** Describes a topic's settings. Thread-safe. */
public final class TopicDescriber {

    private final BrokerDescriber broker;

    TopicDescriber(BrokerDescriber broker) {
        this.broker = broker;
    }

    DescribeConfigsResult describe(DescribeConfigsResource resource, TopicSettings settings, Detail detail) {
        return ConfigHelperUtils.createResponseConfig(
                resource, settings.values(), (name, value) -> entry(settings, name, value, detail));
    }

    /** Every setting of a topic in the order of the names, without synonyms. */
    public List<DescribeConfigsResourceResult> entries(TopicSettings settings) {
        return settings.values().entrySet().stream()
                .map(setting -> entry(settings, setting.getKey(), setting.getValue(), new Detail(false, false)))
                .toList();
    }

    private DescribeConfigsResourceResult entry(
            TopicSettings settings, String name, @Nullable Object value, Detail detail) {
        @Nullable ConfigKey key = TopicSettings.configKey(name);
        List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
        if (settings.overrides().containsKey(name)) {
            synonyms.add(ConfigEntries.synonym(name, value, key == null ? null : key.type, TOPIC_CONFIG));
        }
        @Nullable String ofBroker = TopicSettings.brokerConfig(name);
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
