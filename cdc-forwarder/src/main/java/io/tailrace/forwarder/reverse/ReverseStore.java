package io.tailrace.forwarder.reverse;

import io.tailrace.forwarder.checkpoint.Position;
import io.tailrace.forwarder.checkpoint.PositionStore;
import io.tailrace.forwarder.offsets.OffsetRun;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * The SQL of the way back. An append is one transaction: it holds the row of {@code kafka.migration}, so that the cluster stays
 * moved to its end and nobody else appends; it claims the offsets where the partitions end as is thought; and it saves the
 * forwarder's positions and offset map behind the rows. Confined to one thread; each call runs on the connection given.
 */
final class ReverseStore {
    private static final String MOVED = "SELECT state = 'moved' AND forwarder = ? FROM kafka.migration";

    /** A topic that the forwarder has not met yet may have records as well. */
    private static final String DUE = MOVED + "\n"
            + """
             WHERE NOT EXISTS (
                SELECT FROM kafka.partitions p
                    JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL
                    LEFT JOIN kafka.forwarder_topics w ON w.forwarder = ? AND w.topic_id = t.id
                    LEFT JOIN kafka.forwarder_positions f
                        ON f.forwarder = ? AND f.topic_id = p.topic_id AND f.partition_id = p.partition_id
                WHERE (w.topic_id IS NULL OR (p.partition_id = ANY (w.partitions) AND w.sample_percentage = 100))
                    AND p.next_offset > coalesce(f.next_offset, p.log_start_offset))""";

    private static final String PARTITIONS =
            """
            SELECT w.target_name, p.topic_id, p.partition_id, p.next_offset, f.target_next_offset,
                   coalesce(f.shared, false), m.source_offset, m.target_offset
            FROM kafka.forwarder_topics w
                JOIN kafka.topics t ON t.id = w.topic_id AND t.deleted_at IS NULL
                JOIN kafka.partitions p ON p.topic_id = t.id AND p.partition_id = ANY (w.partitions)
                LEFT JOIN kafka.forwarder_positions f
                    ON f.forwarder = w.forwarder AND f.topic_id = p.topic_id AND f.partition_id = p.partition_id
                LEFT JOIN LATERAL (
                    SELECT r.source_offset, r.target_offset FROM kafka.forwarder_offset_map r
                    WHERE r.slot = w.forwarder AND r.topic_id = p.topic_id AND r.partition_id = p.partition_id
                    ORDER BY r.source_offset DESC LIMIT 1) m ON true
            WHERE w.forwarder = ? AND w.sample_percentage = 100""";

    private static final String CLAIM =
            """
            UPDATE kafka.partitions p SET next_offset = c.next_offset
            FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[])
                 AS c (topic_id, partition_id, expected_offset, next_offset)
            WHERE p.topic_id = c.topic_id AND p.partition_id = c.partition_id AND p.next_offset = c.expected_offset""";

    private static final String FORGET_PRODUCERS =
            "DELETE FROM kafka.producer_sequences WHERE topic_id = ? AND partition_id = ?";

    private static final String TARGET_TOPICS = "SELECT t.name FROM kafka.topics t WHERE t.deleted_at IS NULL"
            + " UNION SELECT w.target_name FROM kafka.forwarder_topics w WHERE w.forwarder = ?";

    private static final String FORGET_LEFT =
            "DELETE FROM kafka.left_at_target WHERE forwarder = ? AND start_offset IS NULL";

    private static final String NOTE_LEFT =
            """
            INSERT INTO kafka.left_at_target (forwarder, target_topic, partition_id, reason, start_offset, end_offset)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (forwarder, target_topic, partition_id) DO UPDATE
            SET reason = excluded.reason, start_offset = excluded.start_offset, end_offset = excluded.end_offset,
                noted_at = now()""";

    private final String forwarder;
    private final PositionStore positions;
    private final LogRows rows = new LogRows();

    ReverseStore(String forwarder) {
        this.forwarder = forwarder;
        this.positions = new PositionStore(forwarder);
    }

    PositionStore positions() {
        return positions;
    }

    /** Whether clients have moved to this forwarder's target, and everything from here has arrived there. */
    boolean isDue(Connection connection) throws SQLException {
        return holds(connection, DUE, forwarder, forwarder, forwarder);
    }

    /** Whether clients have moved to this forwarder's target. */
    boolean isMoved(Connection connection) throws SQLException {
        return holds(connection, MOVED, forwarder);
    }

    private static boolean holds(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** The partitions that were forwarded whole, by those of the target. */
    Map<TopicPartition, ReturningPartition> partitions(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PARTITIONS)) {
            statement.setString(1, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                Map<TopicPartition, ReturningPartition> partitions = new LinkedHashMap<>();
                while (rows.next()) {
                    ReturningPartition partition = partition(rows);
                    partitions.put(partition.target(), partition);
                }
                return partitions;
            }
        }
    }

    private static ReturningPartition partition(ResultSet row) throws SQLException {
        int partition = row.getInt(3);
        Position position =
                new Position(row.getInt(2), partition, row.getLong(4), row.getObject(5, Long.class), row.getBoolean(6));
        Long source = row.getObject(7, Long.class);
        return new ReturningPartition(
                new TopicPartition(row.getString(1), partition),
                position,
                source == null ? null : new OffsetRun(source, row.getLong(8)));
    }

    /** The names that topics from here have at the target, or would have. */
    List<String> targetTopics(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TARGET_TOPICS)) {
            statement.setString(1, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                List<String> names = new ArrayList<>();
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
                return names;
            }
        }
    }

    /**
     * Appends all of it, or nothing.
     *
     * @return false if the cluster is not moved any more; then nothing is appended
     */
    boolean append(Connection connection, List<Piece> pieces) throws SQLException {
        connection.setAutoCommit(false);
        try {
            if (!holds(connection, MOVED + " FOR SHARE", forwarder)) {
                connection.rollback();
                return false;
            }
            claim(connection, pieces);
            for (Piece piece : pieces) {
                if (!piece.records().isEmpty()) {
                    rows.insert(connection, piece);
                    forgetProducers(connection, piece.of());
                }
            }
            positions.save(connection, pieces.stream().map(Piece::after).toList());
            connection.commit();
            return true;
        } catch (SQLException | RuntimeException failed) {
            rollback(connection, failed);
            throw failed;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    private static void rollback(Connection connection, Exception failed) {
        try {
            connection.rollback();
        } catch (SQLException gone) {
            failed.addSuppressed(gone);
        }
    }

    private static void claim(Connection connection, List<Piece> pieces) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            LogRows.setArray(statement, 1, "int4", pieces.stream().map(piece -> piece.of()
                    .topicId()));
            LogRows.setArray(statement, 2, "int4", pieces.stream().map(piece -> piece.of()
                    .partition()));
            LogRows.setArray(statement, 3, "int8", pieces.stream().map(piece -> piece.of()
                    .next()));
            LogRows.setArray(statement, 4, "int8", pieces.stream().map(piece -> piece.after()
                    .position()
                    .nextOffset()));
            if (statement.executeUpdate() != pieces.size()) {
                throw new SQLException(
                        "a partition does not end where the reverse shadow left it, or its topic is deleted; it looks anew");
            }
        }
    }

    /**
     * Behind these records a producer that comes back goes on with a sequence that the broker does not know: it is to be
     * taken for a producer that it never knew, and not for one that has lost records.
     */
    private static void forgetProducers(Connection connection, ReturningPartition partition) throws SQLException {
        if (partition.isFilled()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(FORGET_PRODUCERS)) {
            statement.setInt(1, partition.topicId());
            statement.setInt(2, partition.partition());
            statement.executeUpdate();
        }
    }

    /** What has no place here, instead of what was noted before. */
    void replaceLeft(Connection connection, Collection<LeftAtTarget> left) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement(FORGET_LEFT)) {
            statement.setString(1, forwarder);
            statement.executeUpdate();
            for (LeftAtTarget one : left) {
                note(connection, one);
            }
            connection.commit();
        } catch (SQLException failed) {
            rollback(connection, failed);
            throw failed;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    void note(Connection connection, LeftAtTarget left) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NOTE_LEFT)) {
            statement.setString(1, forwarder);
            statement.setString(2, left.topic());
            statement.setInt(3, left.partition());
            statement.setString(4, left.reason());
            statement.setObject(5, left.startInc());
            statement.setObject(6, left.endExc());
            statement.executeUpdate();
        }
    }
}
