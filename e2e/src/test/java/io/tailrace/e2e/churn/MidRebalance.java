package io.tailrace.e2e.churn;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A group that is in the middle of a rebalance: its first member has all partitions and does not poll, while a second one
 * comes; so the group waits for the first. Confined to the test's thread. Owns: both members.
 */
public final class MidRebalance implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    /** In either protocol. */
    private static final Set<GroupState> REBALANCING = Set.of(GroupState.PREPARING_REBALANCE, GroupState.RECONCILING);

    private final KafkaConsumer<byte[], byte[]> first;
    private final KafkaConsumer<byte[], byte[]> second;
    private final List<TopicPartition> partitions;

    private MidRebalance(Map<String, Object> properties, List<TopicPartition> partitions) {
        this.first = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.second = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.partitions = List.copyOf(partitions);
    }

    /**
     * Begins it.
     *
     * @param protocol {@code classic} or {@code consumer}; the group has its name
     * @param partitions all those of a topic
     */
    public static MidRebalance start(Map<String, Object> connection, String protocol, List<TopicPartition> partitions) {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put("group.id", protocol);
        properties.put("group.protocol", protocol);
        properties.put("enable.auto.commit", false);
        MidRebalance group = new MidRebalance(properties, partitions);
        try (Admin admin = Admin.create(connection)) {
            group.begin(admin, protocol);
        }
        return group;
    }

    private void begin(Admin admin, String group) {
        List<String> topics = List.of(partitions.get(0).topic());
        first.subscribe(topics, new Listener());
        await("the first member").atMost(LIMIT).until(() -> {
            first.poll(POLL);
            return first.assignment().size() == partitions.size();
        });
        second.subscribe(topics, new Listener());
        await("a rebalance").atMost(LIMIT).until(() -> {
            second.poll(POLL);
            return REBALANCING.contains(admin.describeConsumerGroups(List.of(group))
                    .all()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .groupState());
        });
    }

    /** Until the members have half of the partitions each, in one generation. */
    public void awaitSettled() {
        await("a group that has settled").atMost(LIMIT).until(() -> {
            first.poll(POLL);
            second.poll(POLL);
            int half = partitions.size() / 2;
            return first.assignment().size() == half
                    && second.assignment().size() == half
                    && first.groupMetadata().generationId()
                            == second.groupMetadata().generationId();
        });
    }

    /** Of both, one after the other. */
    public List<TopicPartition> assignments() {
        List<TopicPartition> all = new ArrayList<>(first.assignment());
        all.addAll(second.assignment());
        return all;
    }

    @Override
    public void close() {
        first.close(CloseOptions.timeout(Duration.ZERO));
        second.close(CloseOptions.timeout(Duration.ZERO));
    }

    /** With a listener, a member gives partitions up when it polls and not before. */
    private static final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
    }
}
