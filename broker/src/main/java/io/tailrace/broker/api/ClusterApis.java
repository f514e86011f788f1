package io.tailrace.broker.api;

import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class ClusterApis {

    private ClusterApis() {}

    /**
     * Makes them.
     *
     * @param autoCreateTopics whether Metadata may make topics
     */
    public static Map<ApiKeys, Api> of(
            ClusterIdentity cluster, TopicRegistry registry, TopicService topics, boolean autoCreateTopics) {
        return Map.of(
                ApiKeys.API_VERSIONS,
                new ApiVersionsApi(ApiTable.versions()),
                ApiKeys.METADATA,
                new MetadataApi(cluster, registry, topics, autoCreateTopics),
                ApiKeys.DESCRIBE_CLUSTER,
                new DescribeClusterApi(cluster));
    }
}
