package io.tailrace.e2e.churn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.program.TestCluster;
import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/**
 * A group that is watched from all sides: by its members, by an administrator and by SQL. It is named like its protocol, and has
 * a topic to itself.
 *
 * <p>Confined to the test's thread. Owns: the members, the administrator.
 */
public final class WatchedGroup implements AutoCloseable {

    private final TestCluster cluster;
    private final String name;
    private final List<TopicPartition> partitions;
    private final Admin admin;
    private final GroupHistory history = new GroupHistory();
    private final CommittedOffsets seenByAdmin = new CommittedOffsets("Admin");
    private final CommittedOffsets seenBySql = new CommittedOffsets("SQL");
    private final Group members;

    /**
     * One without members.
     *
     * @param protocol {@code classic} or {@code consumer}
     * @param partitions all those of its topic
     * @param more settings of the members
     */
    public WatchedGroup(
            TestCluster cluster, String protocol, List<TopicPartition> partitions, Map<String, Object> more) {
        this.cluster = cluster;
        this.name = protocol;
        this.partitions = List.copyOf(partitions);
        this.admin = Admin.create(cluster.connection());
        this.members = new Group(properties(protocol, more), partitions.get(0).topic(), history);
    }

    private Map<String, Object> properties(String protocol, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(cluster.connection());
        properties.put("group.id", name);
        properties.put("group.protocol", protocol);
        properties.put("enable.auto.commit", false);
        properties.put("auto.offset.reset", "earliest");
        if (protocol.equals("classic")) {
            properties.put(
                    "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
            // Else a leader that finds no broker forgets its topics, takes that for a change and joins again by itself.
            properties.put("metadata.recovery.strategy", "none");
        }
        properties.putAll(more);
        return properties;
    }

    public Group members() {
        return members;
    }

    public GroupHistory history() {
        return history;
    }

    /**
     * Until the broker knows of all members and of no others, all of them are in one generation, and every partition is given
     * to one.
     *
     * @return the generation
     */
    public int awaitStable() {
        await("the group " + name + " at rest")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .during(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(() -> isComplete(admin.describeConsumerGroups(List.of(name))
                        .all()
                        .get()
                        .values()
                        .iterator()
                        .next()));
        return members.commonGeneration();
    }

    private boolean isComplete(ConsumerGroupDescription group) {
        long given = group.members().stream()
                .mapToLong(member -> member.assignment().topicPartitions().size())
                .sum();
        return group.groupState() == GroupState.STABLE
                && group.members().size() == members.size()
                && given == partitions.size()
                && members.commonGeneration() > 0;
    }

    /** Until this many more records have been read than were before. */
    public void awaitRead(long before, long more) {
        await("records read by " + name)
                .atMost(Duration.ofSeconds(60))
                .until(() -> history.recordsRead() > before + more);
    }

    /**
     * Until all records have been read.
     *
     * @param ends the offset after the last record of each partition; of other topics too
     */
    public void awaitAllRead(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> own = new HashMap<>(ends);
        own.keySet().retainAll(partitions);
        await("all records to be read by " + name)
                .atMost(Duration.ofSeconds(60))
                .until(() -> history.unread(own).isEmpty());
    }

    /** Looks at the commits. */
    public void observe() throws ExecutionException, InterruptedException, SQLException {
        seenByAdmin.observe(committedByAdmin());
        if (cluster.database().isPresent()) {
            seenBySql.observe(committedBySql(cluster.database().get()));
        }
    }

    /** After all members have left. */
    public void assertNothingWrong() throws ExecutionException, InterruptedException, SQLException {
        observe();
        System.out.println(name + ": " + history.recordsRead() + " records read in " + history.generations()
                + " generations, " + history.losses() + " losses, " + seenByAdmin.observations()
                + " looks at the commits");
        assertThat(members.failures()).isEmpty();
        assertThat(history.wrong()).isEmpty();
        assertThat(seenByAdmin.wrong()).isEmpty();
        assertThat(seenBySql.wrong()).isEmpty();
        assertThat(committedByAdmin()).isEqualTo(history.committed());
    }

    private Map<TopicPartition, Long> committedByAdmin() throws ExecutionException, InterruptedException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listConsumerGroupOffsets(name)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }

    private Map<TopicPartition, Long> committedBySql(PostgresAddress database) throws SQLException {
        String sql =
                """
                SELECT name, partition_id, committed_offset
                FROM kafka.consumer_offsets JOIN kafka.topics ON topics.id = consumer_offsets.topic_id
                WHERE group_id = ?
                """;
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    offsets.put(new TopicPartition(rows.getString(1), rows.getInt(2)), rows.getLong(3));
                }
            }
        }
        return offsets;
    }

    @Override
    public void close() {
        members.close();
        admin.close(Duration.ZERO);
    }
}
