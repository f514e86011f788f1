package io.tailrace.broker.log;

import io.tailrace.broker.log.recent.RecentMemory;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicListener;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Every partition that this broker serves. Thread-safe. */
public final class PartitionTable implements TopicListener {

    private final ConcurrentMap<Integer, Partition[]> byTopic = new ConcurrentHashMap<>();
    private final RecentMemory recentMemory;

    /** @param recentMemory where partitions keep their newest batches */
    public PartitionTable(RecentMemory recentMemory) {
        this.recentMemory = recentMemory;
    }

    /** The partition, or empty where the topic has no such number or is gone. */
    public Optional<Partition> partition(Topic topic, int partition) {
        return partition(new PartitionId(topic.id(), partition));
    }

    /** The partition of that id, or empty where there is none. */
    public Optional<Partition> partition(PartitionId id) {
        Partition[] partitions = byTopic.get(id.topicId());
        if (partitions == null || id.partition() < 0 || id.partition() >= partitions.length) {
            return Optional.empty();
        }
        return Optional.of(partitions[id.partition()]);
    }

    /** All partitions, as they are now. */
    public List<Partition> all() {
        return byTopic.values().stream().flatMap(Arrays::stream).toList();
    }

    /**
     * Takes over all partitions of the topics under this broker's lease epoch and reads where they end. The update waits
     * for transactions that are still open, so nothing can be committed behind our back afterwards.
     */
    public void takeOver(Connection connection, Collection<Topic> topics, int leaseEpoch) throws SQLException {
        Map<Integer, Topic> byId = new HashMap<>();
        topics.forEach(topic -> byId.put(topic.id(), topic));
        Map<Topic, Partition[]> found = new HashMap<>();
        String sql =
                """
                UPDATE kafka.partitions SET lease_epoch = ? WHERE lease_epoch < ?
                RETURNING topic_id, partition_id, next_offset, log_start_offset
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, leaseEpoch);
            statement.setInt(2, leaseEpoch);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Topic topic = byId.get(rows.getInt(1));
                    if (topic != null) {
                        int partition = rows.getInt(2);
                        found.computeIfAbsent(topic, key -> new Partition[key.partitions()])[partition] =
                                new Partition(topic, partition, rows.getLong(3), rows.getLong(4), recentMemory);
                    }
                }
            }
        }
        for (Topic topic : topics) {
            byTopic.put(topic.id(), checkComplete(topic, found.getOrDefault(topic, new Partition[topic.partitions()])));
        }
    }

    /**
     * Reads anew where every partition begins and ends. For when others have written to the log and will not any more, before this
     * broker appends again.
     */
    public void reload(Connection connection) throws SQLException {
        String sql = "SELECT topic_id, partition_id, next_offset, log_start_offset FROM kafka.partitions";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                long nextOffset = rows.getLong(3);
                long startOffset = rows.getLong(4);
                partition(new PartitionId(rows.getInt(1), rows.getInt(2)))
                        .ifPresent(partition -> partition.onFilled(nextOffset, startOffset));
            }
        }
    }

    /**
     * Finds what Postgres has lost: for when it was away and may be another server now.
     *
     * @throws SQLException also while the server is a standby, of which nobody can say what it will have
     */
    public void findLost(Connection connection) throws SQLException {
        // Before the database is asked: what is appended meanwhile is no loss.
        Map<PartitionId, Long> known = new HashMap<>();
        all().forEach(partition -> known.put(partition.id(), partition.highWatermark()));
        String sql =
                "SELECT topic_id, partition_id, next_offset, log_start_offset, pg_is_in_recovery() FROM kafka.partitions";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (rows.getBoolean(5)) {
                    throw new SQLException("Postgres is a standby");
                }
                PartitionId id = new PartitionId(rows.getInt(1), rows.getInt(2));
                long nextOffset = rows.getLong(3);
                long startOffset = rows.getLong(4);
                Optional<Partition> found = partition(id);
                Long before = known.get(id);
                if (found.isPresent() && before != null) {
                    found.get().onLost(before, nextOffset, startOffset);
                }
            }
        }
    }

    private static Partition[] checkComplete(Topic topic, Partition[] partitions) throws SQLException {
        int missing = Arrays.asList(partitions).indexOf(null);
        if (missing >= 0) {
            throw new SQLException("kafka.partitions lacks the row of topic " + topic.name() + ", partition " + missing
                    + ", or a later broker holds it");
        }
        return partitions;
    }

    @Override
    public void onCreated(Topic topic) {
        byTopic.put(topic.id(), withNew(topic, new Partition[0]));
    }

    @Override
    public void onChanged(Topic topic) {
        byTopic.computeIfPresent(topic.id(), (id, partitions) -> {
            for (Partition partition : partitions) {
                partition.onTopicChanged(topic);
            }
            return withNew(topic, partitions);
        });
    }

    private Partition[] withNew(Topic topic, Partition[] existing) {
        Partition[] partitions = Arrays.copyOf(existing, topic.partitions());
        for (int partition = existing.length; partition < partitions.length; partition++) {
            partitions[partition] = new Partition(topic, partition, 0, 0, recentMemory);
        }
        return partitions;
    }

    @Override
    public void onDeleted(Topic topic) {
        Partition[] partitions = byTopic.remove(topic.id());
        if (partitions != null) {
            for (Partition partition : partitions) {
                partition.onDeleted();
            }
        }
    }
}
