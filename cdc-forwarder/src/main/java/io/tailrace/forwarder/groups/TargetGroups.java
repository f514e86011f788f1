package io.tailrace.forwarder.groups;

import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Consumer groups at the target. Each call blocks for its answer. Thread-safe, as the admin client is. Owns: the admin
 * client.
 */
final class TargetGroups implements GroupTarget {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final Admin admin;

    TargetGroups(TargetSettings settings) {
        this.admin = Admin.create(settings.admin());
    }

    @Override
    public Set<String> inactive(Collection<String> groups) {
        Map<String, KafkaFuture<ConsumerGroupDescription>> asked =
                admin.describeConsumerGroups(groups).describedGroups();
        Set<String> inactive = new HashSet<>();
        asked.forEach((group, answer) -> {
            GroupState state =
                    answer(answer, ConsumerGroupDescription::groupState, GroupState.DEAD, GroupState.UNKNOWN);
            if (state == GroupState.EMPTY || state == GroupState.DEAD) {
                inactive.add(group);
            }
        });
        return inactive;
    }

    @Override
    public Map<String, Map<TopicPartition, Long>> offsets(Collection<String> groups) {
        ListConsumerGroupOffsetsResult asked = admin.listConsumerGroupOffsets(
                groups.stream().collect(Collectors.toMap(group -> group, group -> new ListConsumerGroupOffsetsSpec())));
        Map<String, Map<TopicPartition, Long>> offsets = new HashMap<>();
        for (String group : groups) {
            offsets.put(
                    group,
                    answer(asked.partitionsToOffsetAndMetadata(group), TargetGroups::numbers, Map.of(), Map.of()));
        }
        return offsets;
    }

    private static Map<TopicPartition, Long> numbers(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, Long> numbers = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            if (offset != null) {
                numbers.put(partition, offset.offset());
            }
        });
        return numbers;
    }

    @Override
    public Map<TopicPartition, ApiException> commit(String group, List<TranslatedOffset> offsets) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        for (TranslatedOffset offset : offsets) {
            committed.put(
                    offset.committed().target(),
                    new OffsetAndMetadata(
                            offset.targetOffset(), offset.committed().metadata()));
        }
        var asked = admin.alterConsumerGroupOffsets(group, committed);
        Map<TopicPartition, ApiException> refused = new HashMap<>();
        for (TopicPartition partition : committed.keySet()) {
            try {
                asked.partitionResult(partition).get();
            } catch (ExecutionException failed) {
                refused.put(partition, refusal(failed));
            } catch (InterruptedException stopped) {
                throw interrupted(stopped);
            }
        }
        return refused;
    }

    /** The answer; or another one if there is no such group, or if the target refuses to say. */
    private static <T, R> R answer(KafkaFuture<T> asked, Function<T, R> of, R ifMissing, R ifRefused) {
        try {
            return of.apply(asked.get());
        } catch (ExecutionException failed) {
            return refusal(failed) instanceof GroupIdNotFoundException ? ifMissing : ifRefused;
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    /** @throws TargetException if the target does not answer */
    private static ApiException refusal(ExecutionException failed) {
        Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
        if (cause instanceof ApiException refused && !(cause instanceof RetriableException)) {
            return refused;
        }
        throw new TargetException("the target does not answer about consumer groups: " + cause.getMessage(), cause);
    }

    private static TargetException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new TargetException("interrupted", stopped);
    }

    @Override
    public void close() {
        admin.close(CLOSE_TIMEOUT);
    }
}
