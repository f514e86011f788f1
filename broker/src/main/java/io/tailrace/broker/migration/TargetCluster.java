package io.tailrace.broker.migration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * The target as it describes itself to clients: an answer of its own to a Metadata request, passed on piece by piece.
 * Immutable.
 */
final class TargetCluster {

    private final MetadataResponseData metadata;
    private final Map<String, MetadataResponseTopic> byName = new HashMap<>();
    private final Map<Uuid, MetadataResponseTopic> byId = new HashMap<>();

    TargetCluster(MetadataResponseData metadata) {
        this.metadata = metadata;
        for (MetadataResponseTopic topic : metadata.topics()) {
            String name = topic.name();
            if (name != null && topic.errorCode() == Errors.NONE.code()) {
                byName.put(name, topic);
                byId.put(topic.topicId(), topic);
            }
        }
    }

    String clusterId() {
        return metadata.clusterId() == null ? "" : metadata.clusterId();
    }

    int controllerId() {
        return metadata.controllerId();
    }

    List<MetadataResponseBroker> brokers() {
        return List.copyOf(metadata.brokers());
    }

    /** In the order of their names. */
    List<MetadataResponseTopic> topics() {
        List<MetadataResponseTopic> topics = new ArrayList<>(byName.values());
        topics.sort(Comparator.comparing(MetadataResponseTopic::name));
        return topics;
    }

    Optional<MetadataResponseTopic> topic(@Nullable String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<MetadataResponseTopic> topic(Uuid id) {
        return Optional.ofNullable(byId.get(id));
    }

    /**
     * The broker that coordinates a group or a transactional id, as Kafka finds it: the leader of the partition that the
     * name hashes to. Where the target has no such topic yet, or shows it to nobody, any broker is as good: it says itself
     * that it is not the one, and clients ask there.
     *
     * @return nothing while the partition has no leader
     */
    Optional<Node> coordinator(CoordinatorType type, String key) {
        MetadataResponseTopic topic = byName.get(
                type == CoordinatorType.GROUP ? Topic.GROUP_METADATA_TOPIC_NAME : Topic.TRANSACTION_STATE_TOPIC_NAME);
        if (topic == null || topic.partitions().isEmpty()) {
            return metadata.brokers().stream().findFirst().map(TargetCluster::node);
        }
        int partition = Utils.abs(key.hashCode()) % topic.partitions().size();
        return topic.partitions().stream()
                .filter(candidate -> candidate.partitionIndex() == partition)
                .findFirst()
                .flatMap(found -> Optional.ofNullable(metadata.brokers().find(found.leaderId())))
                .map(TargetCluster::node);
    }

    private static Node node(MetadataResponseBroker broker) {
        return new Node(broker.nodeId(), broker.host(), broker.port(), broker.rack());
    }
}
