package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.churn.CommittedOffsets;
import io.tailrace.e2e.churn.Group;
import io.tailrace.e2e.churn.GroupHistory;
import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.TestCluster;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.e2e.record.RecordGenerator;
import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Twenty members share a hundred partitions while members are killed, leave and come; the broker is killed in the middle.
 * Nothing stays unread, nobody shares a partition, no commit goes backwards, and the broker's end costs no member its
 * generation.
 */
class GroupChurnIT {

    private static final String GROUP = "churn";
    private static final int MEMBERS = 20;
    private static final int PARTITIONS = 100;
    private static final int RECORDS_PER_SECOND = 400;

    @RegisterExtension
    final TestCluster cluster = new TestCluster();

    private final GroupHistory history = new GroupHistory();
    private final CommittedOffsets seenByAdmin = new CommittedOffsets("Admin");
    private final CommittedOffsets seenBySql = new CommittedOffsets("SQL");

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void shouldReadEverythingWhoeverIsKilled(String protocol) throws Exception {
        // Given
        long seed = Seed.of(GroupChurnIT.class);
        startCluster();
        List<TopicPartition> partitions = Clients.createTopic(cluster.connection(), "orders", PARTITIONS);
        try (PacedLoad load = PacedLoad.start(
                        cluster.connection(), new RecordGenerator(seed, 100), partitions, RECORDS_PER_SECOND);
                Group group = new Group(consumerProperties(protocol), "orders", history)) {
            for (int i = 0; i < MEMBERS; i++) {
                group.add();
            }
            awaitStable(group);

            // When
            Random random = new Random(seed);
            Duration half = Soak.duration(Duration.ofSeconds(8), Duration.ofSeconds(150));
            churn(group, random, half);
            assertBrokerRestartCostsNoGeneration(group);
            churn(group, random, half);
            load.stop();

            // Then
            Map<TopicPartition, Long> ends = LogReader.endOffsets(cluster.connection(), partitions);
            await("all records to be read").atMost(Duration.ofSeconds(60)).until(() -> history.unread(ends)
                    .isEmpty());
            group.stop();
            observe();
            System.out.println(history.recordsRead() + " records read in " + history.generations() + " generations, "
                    + history.losses() + " losses, " + seenByAdmin.observations() + " looks at the commits");
            assertThat(load.failures()).isEmpty();
            assertThat(group.failures()).isEmpty();
            assertThat(history.wrong()).isEmpty();
            assertThat(seenByAdmin.wrong()).isEmpty();
            assertThat(seenBySql.wrong()).isEmpty();
            assertThat(committedByAdmin()).isEqualTo(history.committed());
        }
    }

    /** Both protocols take a silent member for dead after six seconds. */
    private void startCluster() {
        cluster.start(
                Map.of(
                        "groups.consumer_session_timeout", "6s",
                        "groups.consumer_heartbeat_interval", "1s",
                        "groups.initial_rebalance_delay", "0ms"),
                Map.of(
                        "group.consumer.min.session.timeout.ms", "6000",
                        "group.consumer.session.timeout.ms", "6000",
                        "group.consumer.min.heartbeat.interval.ms", "1000",
                        "group.consumer.heartbeat.interval.ms", "1000"));
    }

    private Map<String, Object> consumerProperties(String protocol) {
        Map<String, Object> properties = new HashMap<>(cluster.connection());
        properties.put("group.id", GROUP);
        properties.put("group.protocol", protocol);
        properties.put("enable.auto.commit", false);
        properties.put("auto.offset.reset", "earliest");
        if (protocol.equals("classic")) {
            properties.put(
                    "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
            properties.put("session.timeout.ms", 6_000);
            properties.put("heartbeat.interval.ms", 1_000);
            // Else a leader that finds no broker forgets its topics, takes that for a change and joins again by itself.
            properties.put("metadata.recovery.strategy", "none");
        }
        return properties;
    }

    private void churn(Group group, Random random, Duration length) throws Exception {
        long endNs = System.nanoTime() + length.toNanos();
        while (System.nanoTime() < endNs) {
            switch (random.nextInt(5)) {
                case 0 -> group.removeOne(random);
                case 1, 2 -> group.killOne(random);
                default -> group.add();
            }
            while (group.size() < MEMBERS - 3) {
                group.add();
            }
            for (int look = 0; look < 3; look++) {
                Thread.sleep(100 + random.nextInt(400));
                observe();
            }
        }
        while (group.size() < MEMBERS) {
            group.add();
        }
    }

    /** A group at rest: all its members go on in the generation that they had, and none lost its partitions. */
    private void assertBrokerRestartCostsNoGeneration(Group group) throws Exception {
        int before = awaitStable(group);
        int losses = history.losses();
        cluster.killAndRestartBroker();
        observe();
        long read = history.recordsRead();
        await("records read again")
                .atMost(Duration.ofSeconds(60))
                .until(() -> history.recordsRead() > read + 5 * RECORDS_PER_SECOND);
        assertThat(group.commonGeneration()).isEqualTo(before);
        assertThat(history.losses()).isEqualTo(losses);
    }

    /** Until all members are in one generation, and stay there for as long as it takes to notice the dead. */
    private static int awaitStable(Group group) {
        int[] last = {-1};
        await("a group at rest")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .during(Duration.ofSeconds(7))
                .until(() -> {
                    int before = last[0];
                    last[0] = group.commonGeneration();
                    return last[0] > 0 && last[0] == before;
                });
        return last[0];
    }

    private void observe() throws Exception {
        seenByAdmin.observe(committedByAdmin());
        if (cluster.database().isPresent()) {
            seenBySql.observe(committedBySql(cluster.database().get()));
        }
    }

    private Map<TopicPartition, Long> committedByAdmin() throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (Admin admin = Admin.create(cluster.connection())) {
            admin.listConsumerGroupOffsets(GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        }
        return offsets;
    }

    private static Map<TopicPartition, Long> committedBySql(PostgresAddress database) throws SQLException {
        String sql =
                """
                SELECT name, partition_id, committed_offset
                FROM kafka.consumer_offsets JOIN kafka.topics ON topics.id = consumer_offsets.topic_id
                WHERE group_id = ?
                """;
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, GROUP);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    offsets.put(new TopicPartition(rows.getString(1), rows.getInt(2)), rows.getLong(3));
                }
            }
        }
        return offsets;
    }
}
