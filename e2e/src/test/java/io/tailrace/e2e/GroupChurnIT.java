package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.churn.BackgroundThreads;
import io.tailrace.e2e.churn.Group;
import io.tailrace.e2e.churn.WatchedGroup;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.RecordGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Twenty members share a hundred partitions while members are killed, leave and come; the broker is killed in the middle.
 * Nothing stays unread, nobody shares a partition, no commit goes backwards, and the broker's end costs no member its
 * generation. A group of each protocol, at the same time.
 */
class GroupChurnIT {

    private static final int MEMBERS = 20;
    private static final int PARTITIONS = 100;
    private static final int RECORDS_PER_SECOND = 400;

    /** Strikes at each group before the broker's end and after it, however slow the machine. */
    private static final int LEAST_ROUNDS = 5;

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    @Test
    void shouldReadEverythingWhoeverIsKilled() throws Exception {
        // Given
        long seed = Seed.of(GroupChurnIT.class);
        startCluster();
        List<TopicPartition> classicOrders = Clients.createTopic(cluster.connection(), "classic-orders", PARTITIONS);
        List<TopicPartition> orders = Clients.createTopic(cluster.connection(), "orders", PARTITIONS);
        List<TopicPartition> partitions = new ArrayList<>(classicOrders);
        partitions.addAll(orders);
        try (PacedLoad load = PacedLoad.start(
                        cluster.connection(), new RecordGenerator(seed, 100), partitions, 2 * RECORDS_PER_SECOND);
                WatchedGroup classic = new WatchedGroup(
                        cluster,
                        "classic",
                        classicOrders,
                        Map.of("session.timeout.ms", 10_000, "heartbeat.interval.ms", 1_000));
                WatchedGroup modern = new WatchedGroup(cluster, "consumer", orders, Map.of())) {
            List<WatchedGroup> groups = List.of(classic, modern);
            groups.forEach(group -> fill(group.members()));
            BackgroundThreads.giveWay();
            groups.forEach(WatchedGroup::awaitStable);

            // When
            Random random = new Random(seed);
            Duration half = Soak.duration(Duration.ofSeconds(7), Duration.ofSeconds(150));
            churn(groups, random, half);
            assertBrokerRestartCostsNoGeneration(groups);
            churn(groups, random, half);
            load.stop();

            // Then
            assertThat(load.failures()).isEmpty();
            Map<TopicPartition, Long> ends = LogReader.endOffsets(cluster.connection(), partitions);
            groups.forEach(group -> group.awaitAllRead(ends));
            for (WatchedGroup group : groups) {
                group.members().stop();
                group.assertNothingWrong();
            }
        }
    }

    /** Both protocols take a silent member for dead after ten seconds, in which a cold broker must have heard of all of them. */
    private void startCluster() {
        cluster.start(
                Map.of(
                        "groups.consumer_session_timeout", "10s",
                        "groups.consumer_heartbeat_interval", "1s",
                        "groups.initial_rebalance_delay", "0ms"),
                Map.of(
                        "group.consumer.min.session.timeout.ms", "10000",
                        "group.consumer.session.timeout.ms", "10000",
                        "group.consumer.min.heartbeat.interval.ms", "1000",
                        "group.consumer.heartbeat.interval.ms", "1000"));
    }

    private static void churn(List<WatchedGroup> groups, Random random, Duration length) throws Exception {
        long endNs = System.nanoTime() + length.toNanos();
        for (int round = 0; round < LEAST_ROUNDS || System.nanoTime() < endNs; round++) {
            for (WatchedGroup group : groups) {
                strike(group.members(), random);
            }
            for (int look = 0; look < 3; look++) {
                Thread.sleep(100 + random.nextInt(400));
                for (WatchedGroup group : groups) {
                    group.observe();
                }
            }
        }
        groups.forEach(group -> fill(group.members()));
    }

    private static void strike(Group members, Random random) throws InterruptedException {
        switch (random.nextInt(5)) {
            case 0 -> members.removeOne(random);
            case 1, 2 -> members.killOne(random);
            default -> members.add();
        }
        while (members.size() < MEMBERS - 3) {
            members.add();
        }
    }

    private static void fill(Group members) {
        while (members.size() < MEMBERS) {
            members.add();
        }
    }

    /** Groups at rest: all their members go on in the generation that they had, and none lost its partitions. */
    private void assertBrokerRestartCostsNoGeneration(List<WatchedGroup> groups) throws Exception {
        groups.forEach(WatchedGroup::awaitStable);
        List<Integer> generations =
                groups.stream().map(group -> group.members().commonGeneration()).toList();
        List<Integer> losses =
                groups.stream().map(group -> group.history().losses()).toList();
        BackgroundThreads.giveWay();
        cluster.killAndRestartBroker();
        for (WatchedGroup group : groups) {
            group.observe();
            group.awaitRead(group.history().recordsRead(), 5 * RECORDS_PER_SECOND);
        }
        assertThat(groups.stream()
                        .map(group -> group.members().commonGeneration())
                        .toList())
                .isEqualTo(generations);
        assertThat(groups.stream().map(group -> group.history().losses()).toList())
                .isEqualTo(losses);
    }
}
