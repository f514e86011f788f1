package io.tailrace.forwarder.reverse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The SQL of a return. Immutable; each call is a transaction of its own on the connection that it is given. */
final class ReturnStore {
    private static final String CLUSTER = "SELECT cluster_id FROM kafka.cluster";
    private static final String TOPICS = "SELECT id, name FROM kafka.topics WHERE deleted_at IS NULL";
    private static final String FORGET_OFFSETS = "DELETE FROM kafka.returning_offsets WHERE forwarder = ?";
    private static final String FORGET_GROUP = FORGET_OFFSETS + " AND group_id = ?";
    private static final String SAVE_OFFSET =
            "INSERT INTO kafka.returning_offsets (forwarder, group_id, topic, partition_id, committed_offset, metadata)"
                    + " VALUES (?, ?, ?, ?, ?, ?)";
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
