package io.tailrace.e2e.client;

import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group as a client describes it. Immutable.
 *
 * @param state by Kafka's name in capitals without underscores: STABLE, EMPTY, PREPARINGREBALANCE
 */
public record GroupView(String state, List<Member> members) {

    public GroupView {
        members = List.copyOf(members);
    }

    /**
     * A member.
     *
     * @param partitions empty where the client does not show them
     */
    public record Member(String id, String clientId, @Nullable String instance, Set<TopicPartition> partitions) {

        public Member {
            partitions = Set.copyOf(partitions);
        }
    }
}
