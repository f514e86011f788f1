package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.offsets.OffsetMapCleaner;
import io.tailrace.forwarder.offsets.OffsetMaps;
import io.tailrace.forwarder.offsets.OffsetRun;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * The positions of one forwarder in {@code kafka.forwarder_positions}, and with them the offset map in {@code
 * kafka.forwarder_offset_map}. All changed partitions are saved by one statement, so a position is never half written and
 * never without its part of the map; and it never goes back, whoever writes it late. Immutable.
 */
public final class PositionStore {
    private static final String LOAD =
            """
            SELECT p.topic_id, p.partition_id, p.next_offset, p.target_next_offset, p.shared,
                   m.source_offset, m.target_offset
            FROM kafka.forwarder_positions p
                LEFT JOIN LATERAL (
                    SELECT r.source_offset, r.target_offset FROM kafka.forwarder_offset_map r
                    WHERE r.slot = p.forwarder AND r.topic_id = p.topic_id AND r.partition_id = p.partition_id
                    ORDER BY r.source_offset DESC LIMIT 1) m ON true
            WHERE p.forwarder = ?""";
    private static final String SAVE =
            """
            WITH saved AS (
                INSERT INTO kafka.forwarder_positions AS p
                    (forwarder, topic_id, partition_id, next_offset, target_next_offset, shared)
                SELECT ?, changed.* FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::boolean[]) AS changed
                ON CONFLICT (forwarder, topic_id, partition_id) DO UPDATE
                SET next_offset = excluded.next_offset,
                    target_next_offset = coalesce(excluded.target_next_offset, p.target_next_offset),
                    shared = excluded.shared,
                    updated_at = now()
                WHERE excluded.next_offset >= p.next_offset
                RETURNING p.forwarder, p.topic_id, p.partition_id
            )
            INSERT INTO kafka.forwarder_offset_map (slot, topic_id, partition_id, source_offset, target_offset)
            SELECT s.forwarder, s.topic_id, s.partition_id, run.source_offset, run.target_offset
            FROM unnest(?::int[], ?::int[], ?::bigint[], ?::bigint[])
                    AS run(topic_id, partition_id, source_offset, target_offset)
                JOIN saved s ON s.topic_id = run.topic_id AND s.partition_id = run.partition_id
            ON CONFLICT (slot, topic_id, partition_id, source_offset) DO UPDATE
            SET target_offset = excluded.target_offset""";
    private static final String CUT_BACK =
            """
            WITH cut AS (
                DELETE FROM kafka.forwarder_offset_map
                WHERE slot = ? AND topic_id = ? AND partition_id = ? AND source_offset >= ?
            )
            UPDATE kafka.forwarder_positions
            SET next_offset = ?, target_next_offset = ?, shared = ?, updated_at = now()
            WHERE forwarder = ? AND topic_id = ? AND partition_id = ?""";

    private static final String REGISTER = "INSERT INTO kafka.forwarders (name) VALUES (?) ON CONFLICT DO NOTHING";

    private final String forwarder;

    /** @param forwarder the name under which the positions stand */
    public PositionStore(String forwarder) {
        this.forwarder = forwarder;
    }

    /** The name under which the positions stand. */
    public String forwarder() {
        return forwarder;
    }

    /** What keeps the offset map small that is saved here. */
    public OffsetMapCleaner mapCleaner() {
        return new OffsetMapCleaner(forwarder);
    }

    /** What is saved, for those who look offsets up. */
    public OffsetMaps maps() {
        return new OffsetMaps(forwarder);
    }

    /** Makes itself known, so that the broker removes nothing that is not forwarded yet. */
    public void register(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REGISTER)) {
            statement.setString(1, forwarder);
            statement.executeUpdate();
        }
    }

    /** All positions, each with the last run of its map. */
    public List<Checkpoint> load(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
            statement.setString(1, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                List<Checkpoint> checkpoints = new ArrayList<>();
                while (rows.next()) {
                    checkpoints.add(checkpoint(rows));
                }
                return checkpoints;
            }
        }
    }

    private static Checkpoint checkpoint(ResultSet row) throws SQLException {
        Position position = new Position(
                row.getInt(1), row.getInt(2), row.getLong(3), row.getObject(4, Long.class), row.getBoolean(5));
        Long source = row.getObject(6, Long.class);
        return new Checkpoint(position, source == null ? List.of() : List.of(new OffsetRun(source, row.getLong(7))));
    }

    public void save(Connection connection, Collection<Checkpoint> changed) throws SQLException {
        List<Position> positions = changed.stream().map(Checkpoint::position).toList();
        List<MappedRun> runs = changed.stream()
                .flatMap(checkpoint -> checkpoint.runs().stream().map(run -> new MappedRun(checkpoint.position(), run)))
                .toList();
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, forwarder);
            setArray(statement, 2, "int4", positions.stream().map(Position::topicId));
            setArray(statement, 3, "int4", positions.stream().map(Position::partition));
            setArray(statement, 4, "int8", positions.stream().map(Position::nextOffset));
            setArray(statement, 5, "int8", positions.stream().map(Position::targetNextOffset));
            setArray(statement, 6, "bool", positions.stream().map(Position::shared));
            setArray(statement, 7, "int4", runs.stream().map(run -> run.of().topicId()));
            setArray(statement, 8, "int4", runs.stream().map(run -> run.of().partition()));
            setArray(statement, 9, "int8", runs.stream().map(run -> run.run().sourceOffset()));
            setArray(statement, 10, "int8", runs.stream().map(run -> run.run().targetOffset()));
            statement.executeUpdate();
        }
    }

    private record MappedRun(Position of, OffsetRun run) {}

    private static void setArray(PreparedStatement statement, int index, String type, Stream<?> values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
    }

    /**
     * The one way back: what lies behind the position is to be forwarded again, and the map forgets it.
     *
     * @param mapEndExc the map keeps the runs that begin below this offset
     */
    public void cutBack(Connection connection, Position position, long mapEndExc) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CUT_BACK)) {
            statement.setString(1, forwarder);
            statement.setInt(2, position.topicId());
            statement.setInt(3, position.partition());
            statement.setLong(4, mapEndExc);
            statement.setLong(5, position.nextOffset());
            statement.setObject(6, position.targetNextOffset());
            statement.setBoolean(7, position.shared());
            statement.setString(8, forwarder);
            statement.setInt(9, position.topicId());
            statement.setInt(10, position.partition());
            statement.executeUpdate();
        }
    }
}
