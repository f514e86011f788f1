package io.tailrace.forwarder.reverse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The SQL of a return. Immutable; each call is a transaction of its own on the connection that it is given. */
final class ReturnStore {
    private static final String CLUSTER = "SELECT cluster_id FROM kafka.cluster";
    private static final String TOPICS = "SELECT id, name FROM kafka.topics WHERE deleted_at IS NULL";
    private static final String GROUPS = "SELECT DISTINCT group_id FROM kafka.consumer_offsets";
    private static final String FORGET_OFFSETS = "DELETE FROM kafka.returning_offsets WHERE forwarder = ?";
    private static final String FORGET_GROUP = FORGET_OFFSETS + " AND group_id = ?";
    private static final String SAVE_OFFSET =
            """
            INSERT INTO kafka.returning_offsets
                (forwarder, group_id, topic, partition_id, committed_offset, metadata, record_here)
            SELECT r.*, (SELECT o.record_offset FROM kafka.consumer_offsets o
                         WHERE o.group_id = r.group_id AND o.topic = r.topic AND o.partition_id = r.partition_id)
            FROM (VALUES (?, ?, ?, ?, ?, ?)) AS r (forwarder, group_id, topic, partition_id, committed_offset, metadata)""";
    private static final String FORGET_OVERTAKEN =
            """
            DELETE FROM kafka.returning_offsets r USING kafka.consumer_offsets o
            WHERE r.forwarder = ? AND o.group_id = r.group_id AND o.topic = r.topic AND o.partition_id = r.partition_id
              AND o.record_offset IS DISTINCT FROM r.record_here
            RETURNING r.group_id, r.topic, r.partition_id, o.committed_offset, r.committed_offset""";
    private static final String LOAD_OFFSETS =
            "SELECT group_id, topic, partition_id, committed_offset, metadata FROM kafka.returning_offsets"
                    + " WHERE forwarder = ? ORDER BY group_id, topic, partition_id";
    private static final String STAY =
            "UPDATE kafka.forwarder_groups SET moved = false, updated_at = now() WHERE slot = ? AND moved";
    private static final String MARK = "SELECT kafka.mark_returned() FROM kafka.migration WHERE forwarder = ?";

    private final String forwarder;

    ReturnStore(String forwarder) {
        this.forwarder = forwarder;
    }

    /** The id of the cluster here. */
    String clusterId(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLUSTER);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    /** The names of the topics here, by number. */
    Map<Integer, String> topics(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TOPICS);
                ResultSet rows = statement.executeQuery()) {
            Map<Integer, String> names = new HashMap<>();
            while (rows.next()) {
                names.put(rows.getInt(1), rows.getString(2));
            }
            return names;
        }
    }

    /** Those that have committed anything here. */
    List<String> groups(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(GROUPS);
                ResultSet rows = statement.executeQuery()) {
            List<String> groups = new ArrayList<>();
            while (rows.next()) {
                groups.add(rows.getString(1));
            }
            return groups;
        }
    }

    /**
     * From its commit on the clients are served here; what is to become of the groups' offsets is written down with it, and
     * groups follow to the target again.
     *
     * @return false if they had not moved to this forwarder's target; then nothing has changed
     */
    boolean markReturned(Connection connection, List<ReturningOffset> offsets) throws SQLException {
        connection.setAutoCommit(false);
        try {
            execute(connection, FORGET_OFFSETS, forwarder);
            try (PreparedStatement statement = connection.prepareStatement(SAVE_OFFSET)) {
                for (ReturningOffset offset : offsets) {
                    add(statement, offset);
                }
                statement.executeBatch();
            }
            execute(connection, STAY, forwarder);
            boolean marked = mark(connection);
            if (marked) {
                connection.commit();
            } else {
                connection.rollback();
            }
            return marked;
        } catch (SQLException failed) {
            connection.rollback();
            throw failed;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private void add(PreparedStatement statement, ReturningOffset offset) throws SQLException {
        statement.setString(1, forwarder);
        statement.setString(2, offset.group());
        statement.setString(3, offset.partition().topic());
        statement.setInt(4, offset.partition().partition());
        statement.setLong(5, offset.offset().offset());
        statement.setString(6, offset.offset().metadata());
        statement.addBatch();
    }

    private boolean mark(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MARK)) {
            statement.setString(1, forwarder);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** What no broker has yet, by group. */
    Map<String, Map<TopicPartition, OffsetAndMetadata>> waiting(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOAD_OFFSETS)) {
            statement.setString(1, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                Map<String, Map<TopicPartition, OffsetAndMetadata>> waiting = new HashMap<>();
                while (rows.next()) {
                    waiting.computeIfAbsent(rows.getString(1), group -> new HashMap<>())
                            .put(
                                    new TopicPartition(rows.getString(2), rows.getInt(3)),
                                    new OffsetAndMetadata(rows.getLong(4), rows.getString(5)));
                }
                return waiting;
            }
        }
    }

    /**
     * A group that has committed here since the clients returned is not set back to what it had committed at the target.
     *
     * @return what is forgotten therefore, in sentences; nothing of what an earlier attempt has written
     */
    List<String> forgetOvertaken(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FORGET_OVERTAKEN)) {
            statement.setString(1, forwarder);
            try (ResultSet row = statement.executeQuery()) {
                List<String> notes = new ArrayList<>();
                while (row.next()) {
                    if (row.getLong(4) != row.getLong(5)) {
                        notes.add(
                                "group \"%s\" has committed offset %d of %s-%d here since it returned, and stays there (at the target it had %d)"
                                        .formatted(
                                                row.getString(1),
                                                row.getLong(4),
                                                row.getString(2),
                                                row.getInt(3),
                                                row.getLong(5)));
                    }
                }
                return notes;
            }
        }
    }

    void onWritten(Connection connection, String group) throws SQLException {
        execute(connection, FORGET_GROUP, forwarder, group);
    }

    private static void execute(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
