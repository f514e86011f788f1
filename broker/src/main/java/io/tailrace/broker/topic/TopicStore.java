package io.tailrace.broker.topic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/**
 * The SQL of topics.
 *
 * <p>The leaf of a topic is made by CREATE TABLE … LIKE and ATTACH PARTITION: CREATE TABLE … PARTITION OF would lock the
 * whole of {@code kafka.messages} and wait behind every open reader. For the same reason a leaf is detached CONCURRENTLY
 * before it is dropped, which Postgres allows only outside a transaction. Meanwhile no leaf can be attached, so a reader
 * may hold that up for {@link #DETACH_TIMEOUT_MS} only. Thread-safe: it holds nothing.
 */
final class TopicStore {

    /** A lease epoch that no broker reaches: appends to the partitions of a deleted topic are refused. */
    private static final int DELETED_LEASE_EPOCH = Integer.MAX_VALUE;

    private static final int DETACH_TIMEOUT_MS = 5_000;

    private static final TypeReference<Map<String, String>> CONFIG_TYPE = new TypeReference<>() {};
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param defaults the settings of topics that do not say otherwise */
    List<Topic> all(Connection connection, Map<String, String> defaults) throws SQLException {
        String sql = "SELECT id, topic_uuid, name, partitions, config FROM kafka.topics WHERE deleted_at IS NULL";
        List<Topic> topics = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                topics.add(topic(rows, defaults));
            }
        }
        return topics;
    }

    private static Topic topic(ResultSet rows, Map<String, String> defaults) throws SQLException {
        UUID uuid = rows.getObject("topic_uuid", UUID.class);
        return new Topic(
                rows.getInt("id"),
                new Uuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits()),
                rows.getString("name"),
                rows.getInt("partitions"),
                TopicSettings.of(defaults, config(rows.getString("config"))));
    }

    private static Map<String, String> config(String json) throws SQLException {
        try {
            return JSON.readValue(json, CONFIG_TYPE);
        } catch (JsonProcessingException e) {
            throw new SQLException("kafka.topics.config is not an object of strings: " + e.getOriginalMessage(), e);
        }
    }

    /** Makes the topic, its partitions and its leaf, in the caller's transaction. */
    Topic create(Connection connection, NewTopicSpec spec, int leaseEpoch) throws SQLException {
        Uuid uuid = Uuid.randomUuid();
        int id = insertTopic(connection, spec, uuid);
        insertPartitions(connection, id, 0, spec.partitions(), leaseEpoch);
        createLeaf(connection, id);
        return new Topic(id, uuid, spec.name(), spec.partitions(), spec.settings());
    }

    private static int insertTopic(Connection connection, NewTopicSpec spec, Uuid uuid) throws SQLException {
        String sql =
                """
                INSERT INTO kafka.topics (topic_uuid, name, partitions, config)
                VALUES (?, ?, ?, ?::jsonb)
                RETURNING id
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, new UUID(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits()));
            statement.setString(2, spec.name());
            statement.setInt(3, spec.partitions());
            statement.setString(4, json(spec.config()));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    /** Adds the partitions from {@code startInc} to {@code endExc}, in the caller's transaction. */
    static void insertPartitions(Connection connection, int topicId, int startInc, int endExc, int leaseEpoch)
            throws SQLException {
        String sql =
                """
                INSERT INTO kafka.partitions (topic_id, partition_id, lease_epoch)
                SELECT ?, partition_id, ? FROM generate_series(?, ? - 1) AS partition_id
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, topicId);
            statement.setInt(2, leaseEpoch);
            statement.setInt(3, startInc);
            statement.setInt(4, endExc);
            statement.executeUpdate();
        }
    }

    /** The topic as the database has it, locked until the end of the caller's transaction; empty where it is deleted. */
    Optional<Topic> locked(Connection connection, int topicId, Map<String, String> defaults) throws SQLException {
        String sql =
                """
                SELECT id, topic_uuid, name, partitions, config FROM kafka.topics
                WHERE id = ? AND deleted_at IS NULL
                FOR UPDATE
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, topicId);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(topic(rows, defaults)) : Optional.empty();
            }
        }
    }

    /** Writes the topic's number of partitions and settings, in the caller's transaction. */
    void update(Connection connection, Topic topic) throws SQLException {
        String sql = "UPDATE kafka.topics SET partitions = ?, config = ?::jsonb WHERE id = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, topic.partitions());
            statement.setString(2, json(topic.settings().overrides()));
            statement.setInt(3, topic.id());
            statement.executeUpdate();
        }
    }

    private static String json(Map<String, String> config) {
        return JSON.valueToTree(config).toString();
    }

    private static void createLeaf(Connection connection, int topicId) throws SQLException {
        String leaf = Topic.leaf(topicId);
        try (Statement statement = connection.createStatement()) {
            // What ATTACH locks, before LIKE locks less: or a concurrent detachment and this transaction would wait for
            // each other.
            statement.execute("LOCK TABLE kafka.messages IN SHARE UPDATE EXCLUSIVE MODE");
            statement.execute("CREATE TABLE " + leaf + " (LIKE kafka.messages INCLUDING ALL,"
                    + " CONSTRAINT messages_" + topicId + "_topic_id_check CHECK (topic_id = " + topicId + "))"
                    + " WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 500000,"
                    + " autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000)");
            statement.execute(
                    "ALTER TABLE kafka.messages ATTACH PARTITION " + leaf + " FOR VALUES IN (" + topicId + ")");
        }
    }

    /**
     * Marks the topic as deleted and refuses further appends to it, in the caller's transaction.
     *
     * @return false if it was deleted already
     */
    boolean markDeleted(Connection connection, int topicId) throws SQLException {
        String sql = "UPDATE kafka.topics SET deleted_at = now() WHERE id = ? AND deleted_at IS NULL";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, topicId);
            if (statement.executeUpdate() == 0) {
                return false;
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE kafka.partitions SET lease_epoch = ? WHERE topic_id = ?")) {
            statement.setInt(1, DELETED_LEASE_EPOCH);
            statement.setInt(2, topicId);
            statement.executeUpdate();
        }
        return true;
    }

    /**
     * The deleted topics that still have partitions or a leaf. First the one whose detachment was cut off, if there is
     * one: Postgres detaches no other before.
     */
    List<Integer> deletedWithRemains(Connection connection) throws SQLException {
        String sql =
                """
                SELECT t.id FROM kafka.topics t
                WHERE t.deleted_at IS NOT NULL
                  AND (EXISTS (SELECT FROM kafka.partitions p WHERE p.topic_id = t.id)
                       OR to_regclass('kafka.messages_' || t.id) IS NOT NULL)
                ORDER BY NOT EXISTS (SELECT FROM pg_inherits i
                                     WHERE i.inhrelid = to_regclass('kafka.messages_' || t.id) AND i.inhdetachpending),
                         t.id
                """;
        List<Integer> ids = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getInt(1));
            }
        }
        return ids;
    }

    /** Removes what a deleted topic leaves behind. Goes on where a crash ended an earlier attempt; needs auto-commit. */
    void removeRemains(Connection connection, int topicId) throws SQLException {
        String leaf = Topic.leaf(topicId);
        detach(connection, leaf);
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS " + leaf);
        }
        for (String table :
                List.of("kafka.producer_sequences", "kafka.log_runs", "kafka.compactions", "kafka.partitions")) {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM " + table + " WHERE topic_id = ?")) {
                statement.setInt(1, topicId);
                statement.executeUpdate();
            }
        }
    }

    private static void detach(Connection connection, String leaf) throws SQLException {
        Attachment attachment = attachment(connection, leaf);
        if (attachment == Attachment.DETACHED) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = " + DETACH_TIMEOUT_MS);
            try {
                statement.execute("ALTER TABLE kafka.messages DETACH PARTITION " + leaf
                        + (attachment == Attachment.DETACH_PENDING ? " FINALIZE" : " CONCURRENTLY"));
            } finally {
                statement.execute("RESET statement_timeout");
            }
        }
    }

    private enum Attachment {
        ATTACHED,
        DETACH_PENDING,
        DETACHED
    }

    private static Attachment attachment(Connection connection, String leaf) throws SQLException {
        String sql = "SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass(?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, leaf);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Attachment.DETACHED;
                }
                return rows.getBoolean(1) ? Attachment.DETACH_PENDING : Attachment.ATTACHED;
            }
        }
    }
}
