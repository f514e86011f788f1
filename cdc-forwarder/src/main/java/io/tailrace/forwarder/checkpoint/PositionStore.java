package io.tailrace.forwarder.checkpoint;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The positions of one forwarder in {@code kafka.forwarder_positions}. All changed partitions are saved by one
 * statement, so a position is never half written; and it never goes back, whoever writes it late. Immutable.
 */
public final class PositionStore {
    private static final String LOAD =
            """
            SELECT topic_id, partition_id, next_offset, target_next_offset, shared
            FROM kafka.forwarder_positions WHERE forwarder = ?""";
    private static final String SAVE =
            """
            INSERT INTO kafka.forwarder_positions AS p (forwarder, topic_id, partition_id, next_offset, target_next_offset, shared)
            SELECT ?, changed.* FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::boolean[]) AS changed
            ON CONFLICT (forwarder, topic_id, partition_id) DO UPDATE
            SET next_offset = excluded.next_offset,
                target_next_offset = coalesce(excluded.target_next_offset, p.target_next_offset),
                shared = excluded.shared,
                updated_at = now()
            WHERE excluded.next_offset >= p.next_offset""";

    private static final String REGISTER = "INSERT INTO kafka.forwarders (name) VALUES (?) ON CONFLICT DO NOTHING";

    private final String forwarder;

    /** @param forwarder the name under which the positions stand */
    public PositionStore(String forwarder) {
        this.forwarder = forwarder;
    }

    /** Makes itself known, so that the broker removes nothing that is not forwarded yet. */
    public void register(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REGISTER)) {
            statement.setString(1, forwarder);
            statement.executeUpdate();
        }
    }

    public List<Position> load(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
            statement.setString(1, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                List<Position> positions = new ArrayList<>();
                while (rows.next()) {
                    positions.add(new Position(
                            rows.getInt(1),
                            rows.getInt(2),
                            rows.getLong(3),
                            rows.getObject(4, Long.class),
                            rows.getBoolean(5)));
                }
                return positions;
            }
        }
    }

    public void save(Connection connection, Collection<Position> changed) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, forwarder);
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "int4", changed.stream().map(Position::topicId).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "int4", changed.stream().map(Position::partition).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "int8", changed.stream().map(Position::nextOffset).toArray()));
            statement.setArray(
                    5,
                    connection.createArrayOf(
                            "int8",
                            changed.stream().map(Position::targetNextOffset).toArray()));
            statement.setArray(
                    6,
                    connection.createArrayOf(
                            "bool", changed.stream().map(Position::shared).toArray()));
            statement.executeUpdate();
        }
    }
}
