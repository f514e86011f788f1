package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.churn.MidRebalance;
import io.tailrace.e2e.churn.WatchedGroup;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.RecordGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Postgres and the broker are killed under groups of both protocols. */
class GroupOutageIT {

    private static final int MEMBERS = 3;
    private static final int PARTITIONS = 8;
    private static final int RECORDS_PER_SECOND = 200;

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    @BeforeEach
    void startCluster() {
        cluster.start(
                Map.of("groups.initial_rebalance_delay", "0ms", "groups.consumer_heartbeat_interval", "1s"),
                Map.of(
                        "group.consumer.min.heartbeat.interval.ms", "1000",
                        "group.consumer.heartbeat.interval.ms", "1000"));
    }

    @Test
    void shouldKeepGenerationsAndCommitsWhenPostgresIsKilled() throws Exception {
        // Given
        List<TopicPartition> classicOrders = Clients.createTopic(cluster.connection(), "classic-orders", PARTITIONS);
        List<TopicPartition> orders = Clients.createTopic(cluster.connection(), "orders", PARTITIONS);
        List<TopicPartition> partitions = new ArrayList<>(classicOrders);
        partitions.addAll(orders);
        RecordGenerator generator = new RecordGenerator(Seed.of(GroupOutageIT.class), 100);
        try (PacedLoad load = PacedLoad.start(cluster.connection(), generator, partitions, 2 * RECORDS_PER_SECOND);
                WatchedGroup classic = new WatchedGroup(cluster, "classic", classicOrders, Map.of());
                WatchedGroup modern = new WatchedGroup(cluster, "consumer", orders, Map.of())) {
            List<WatchedGroup> groups = List.of(classic, modern);
            for (WatchedGroup group : groups) {
                for (int i = 0; i < MEMBERS; i++) {
                    group.members().add();
                }
            }
            List<Integer> before =
                    groups.stream().map(WatchedGroup::awaitStable).toList();

            // When
            for (int round = 0; round < 3; round++) {
                cluster.killAndRestartStorage();
                for (WatchedGroup group : groups) {
                    group.observe();
                    group.awaitRead(group.history().recordsRead(), 3 * RECORDS_PER_SECOND);
                }
            }
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            Map<TopicPartition, Long> ends = LogReader.endOffsets(cluster.connection(), partitions);
            groups.forEach(group -> group.awaitAllRead(ends));
            assertThat(groups.stream()
                            .map(group -> group.members().commonGeneration())
                            .toList())
                    .isEqualTo(before);
            for (WatchedGroup group : groups) {
                assertThat(group.history().losses()).isZero();
                group.members().stop();
                group.assertNothingWrong();
            }
        }
    }

    @Test
    void shouldSettleWhenTheBrokerIsKilledInARebalance() throws Exception {
        // Given
        List<TopicPartition> orders = Clients.createTopic(cluster.connection(), "orders", 4);
        try (MidRebalance classic = MidRebalance.start(cluster.connection(), "classic", orders);
                MidRebalance modern = MidRebalance.start(cluster.connection(), "consumer", orders)) {
            // When
            cluster.killAndRestartBroker();

            // Then
            for (MidRebalance group : List.of(classic, modern)) {
                group.awaitSettled();
                assertThat(group.assignments()).containsExactlyInAnyOrderElementsOf(orders);
            }
        }
    }
}
