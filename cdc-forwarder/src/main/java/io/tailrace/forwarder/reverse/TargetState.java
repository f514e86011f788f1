package io.tailrace.forwarder.reverse;

import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Where partitions end at the target, and what groups have committed there. Each call blocks for its answer, and throws {@link
 * TargetException} where there is none. Confined to one thread. Owns: the clients.
 */
final class TargetState implements AutoCloseable {
    private static final int GROUPS_AT_A_TIME = 100;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private static final Map<String, Object> OWN_SETTINGS = Map.of(
            CommonClientConfigs.CLIENT_ID_CONFIG,
            "tailrace-return",
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
            15_000,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
            10_000);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Admin admin;

    TargetState(TargetSettings settings) {
        Map<String, Object> reading = new HashMap<>(settings.consumer());
        reading.putAll(OWN_SETTINGS);
        this.consumer = new KafkaConsumer<>(reading);
        this.admin = Admin.create(settings.admin());
    }

    /** Where those end that are there, records of open transactions included. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        try {
            Map<String, Integer> there = new HashMap<>();
            consumer.listTopics().forEach((topic, all) -> there.put(topic, all.size()));
            List<TopicPartition> existing = partitions.stream()
                    .filter(partition -> partition.partition() < there.getOrDefault(partition.topic(), 0))
                    .toList();
            return consumer.endOffsets(existing);
        } catch (KafkaException failed) {
            throw new TargetException("the target does not say where it ends: " + failed.getMessage(), failed);
        }
    }

    /**
     * What consumer groups have committed there.
     *
     * @param offsets by group
     * @param active those that have members
     */
    record Groups(Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets, Set<String> active) {}

    /**
     * What groups have committed.
     *
     * @param known are asked for in any case: a target does not list the groups of a coordinator that is just being loaded
     */
    Groups groups(Collection<String> known) throws InterruptedException {
        try {
            Collection<GroupListing> listed = admin.listGroups(ListGroupsOptions.forConsumerGroups())
                    .all()
                    .get();
            Set<String> active = listed.stream()
                    .filter(group -> group.groupState()
                            .filter(state -> state != GroupState.EMPTY && state != GroupState.DEAD)
                            .isPresent())
                    .map(GroupListing::groupId)
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> all = new TreeSet<>(known);
            listed.forEach(group -> all.add(group.groupId()));
            List<String> names = List.copyOf(all);
            Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new TreeMap<>();
            for (int from = 0; from < names.size(); from += GROUPS_AT_A_TIME) {
                offsets.putAll(offsets(names.subList(from, Math.min(names.size(), from + GROUPS_AT_A_TIME))));
            }
            return new Groups(offsets, active);
        } catch (ExecutionException failed) {
            throw new TargetException(
                    "the target does not say what groups have committed: " + failed.getMessage(), failed);
        }
    }

    private Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets(List<String> groups)
            throws ExecutionException, InterruptedException {
        ListConsumerGroupOffsetsResult asked = admin.listConsumerGroupOffsets(
                groups.stream().collect(Collectors.toMap(group -> group, group -> new ListConsumerGroupOffsetsSpec())));
        Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new TreeMap<>();
        for (String group : groups) {
            Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
            asked.partitionsToOffsetAndMetadata(group).get().forEach((partition, offset) -> {
                if (offset != null) {
                    committed.put(partition, offset);
                }
            });
            offsets.put(group, committed);
        }
        return offsets;
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        admin.close(CLOSE_TIMEOUT);
    }
}
