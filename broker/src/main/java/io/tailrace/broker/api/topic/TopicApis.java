package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.topic.TopicService;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class TopicApis {

    private TopicApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(ClusterIdentity cluster, TopicResolver topics, TopicService service) {
        return Map.of(
                ApiKeys.CREATE_TOPICS,
                new CreateTopicsApi(service, cluster.nodeId()),
                ApiKeys.DELETE_TOPICS,
                new DeleteTopicsApi(topics, service));
    }
}
