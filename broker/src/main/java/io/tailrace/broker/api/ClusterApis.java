package io.tailrace.broker.api;

import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class ClusterApis {

    private ClusterApis() {}

    /**
     * Makes them.
     *
     * @param served what is advertised, see {@link ApiTable#served}
     * @param autoCreateTopics whether Metadata may make topics
     */
    public static Map<ApiKeys, Api> of(
            Set<ApiKeys> served,
            ClusterIdentity cluster,
            TopicRegistry registry,
            TopicService topics,
            boolean autoCreateTopics) {
        Api noAcls = new NoAclsApi();
        return Map.of(
                ApiKeys.API_VERSIONS,
                new ApiVersionsApi(ApiTable.versions(served)),
                ApiKeys.DESCRIBE_ACLS,
                noAcls,
                ApiKeys.CREATE_ACLS,
                noAcls,
                ApiKeys.DELETE_ACLS,
                noAcls,
                ApiKeys.METADATA,
                new MetadataApi(cluster, registry, topics, autoCreateTopics),
                ApiKeys.DESCRIBE_CLUSTER,
                new DescribeClusterApi(cluster),
                ApiKeys.UPDATE_FEATURES,
                new UpdateFeaturesApi(cluster.nodeId()));
    }
}
