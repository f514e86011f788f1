package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.client.ScenarioConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** Waiting for the members of a group. Stateless. */
final class Groups {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Groups() {}

    /** Until the members have all of these partitions between them, each in one hand, and none without. */
    static void awaitShared(Collection<TopicPartition> partitions, ScenarioConsumer... members) {
        Awaitility.await("a fair share of " + partitions)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    List<TopicPartition> owned = new ArrayList<>();
                    for (ScenarioConsumer member : members) {
                        Set<TopicPartition> assignment = member.assignment();
                        assertThat(assignment).isNotEmpty();
                        owned.addAll(assignment);
                    }
                    assertThat(owned).containsExactlyInAnyOrderElementsOf(partitions);
                });
    }
}
