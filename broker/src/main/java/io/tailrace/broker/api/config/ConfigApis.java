package io.tailrace.broker.api.config;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.config.BrokerSettings;
import io.tailrace.broker.config.ConfigChanges;
import io.tailrace.broker.config.DynamicConfigs;
import io.tailrace.broker.quota.ClientQuotas;
import io.tailrace.broker.topic.TopicRegistry;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class ConfigApis {

    private ConfigApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(
            TopicRegistry registry,
            DynamicConfigs configs,
            BrokerSettings settings,
            ConfigChanges changes,
            ClientQuotas quotas) {
        BrokerDescriber broker = new BrokerDescriber(settings);
        return Map.of(
                ApiKeys.DESCRIBE_CONFIGS,
                new DescribeConfigsApi(
                        registry, broker, new TopicDescriber(broker), new ResourceDescriber(configs, settings, broker)),
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                new IncrementalAlterConfigsApi(changes),
                ApiKeys.ALTER_CONFIGS,
                new AlterConfigsApi(changes),
                ApiKeys.LIST_CONFIG_RESOURCES,
                new ListConfigResourcesApi(registry, configs, settings.nodeId()),
                ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                new DescribeClientQuotasApi(quotas),
                ApiKeys.ALTER_CLIENT_QUOTAS,
                new AlterClientQuotasApi(quotas));
    }

    /** Describes topics, for the answers of CreateTopics. */
    public static TopicDescriber topicDescriber(BrokerSettings settings) {
        return new TopicDescriber(new BrokerDescriber(settings));
    }
}
