package io.tailrace.forwarder.offsets;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads the offset maps of a forwarder: what its saved positions cover, and nothing beyond. Each call is one statement, so
 * that position and map are of one moment. Immutable; runs on the connection that it is given.
 */
public final class OffsetMaps {
    private static final String RANGE =
            """
            SELECT f.next_offset, f.target_next_offset, m.source_offset, m.target_offset
            FROM kafka.forwarder_positions f
                LEFT JOIN kafka.forwarder_offset_map m
                    ON m.slot = f.forwarder AND m.topic_id = f.topic_id AND m.partition_id = f.partition_id
                    AND m.source_offset >= coalesce((
                        SELECT max(l.source_offset) FROM kafka.forwarder_offset_map l
                        WHERE l.slot = f.forwarder AND l.topic_id = f.topic_id AND l.partition_id = f.partition_id
                            AND l.source_offset <= ?), ?)
                    AND m.source_offset <= coalesce((
                        SELECT min(h.source_offset) FROM kafka.forwarder_offset_map h
                        WHERE h.slot = f.forwarder AND h.topic_id = f.topic_id AND h.partition_id = f.partition_id
                            AND h.source_offset > ?), ?)
            WHERE f.forwarder = ? AND f.topic_id = ? AND f.partition_id = ?
            ORDER BY m.source_offset""";
    private static final String PLACES =
            """
            SELECT f.next_offset, f.target_next_offset,
                   l.source_offset, l.target_offset, h.source_offset, h.target_offset
            FROM unnest(?::int[], ?::int[], ?::bigint[]) WITH ORDINALITY AS q(topic_id, partition_id, source_offset, n)
                LEFT JOIN kafka.forwarder_positions f
                    ON f.forwarder = ? AND f.topic_id = q.topic_id AND f.partition_id = q.partition_id
                LEFT JOIN LATERAL (
                    SELECT m.source_offset, m.target_offset FROM kafka.forwarder_offset_map m
                    WHERE m.slot = f.forwarder AND m.topic_id = q.topic_id AND m.partition_id = q.partition_id
                        AND m.source_offset <= q.source_offset
                    ORDER BY m.source_offset DESC LIMIT 1) l ON true
                LEFT JOIN LATERAL (
                    SELECT m.source_offset, m.target_offset FROM kafka.forwarder_offset_map m
                    WHERE m.slot = f.forwarder AND m.topic_id = q.topic_id AND m.partition_id = q.partition_id
                        AND m.source_offset > q.source_offset
                    ORDER BY m.source_offset LIMIT 1) h ON true
            ORDER BY q.n""";

    private final String forwarder;

    /** @param forwarder the name under which the maps stand, which is that of the slot */
    public OffsetMaps(String forwarder) {
        this.forwarder = forwarder;
    }

    /** The whole map of a partition. */
    public OffsetMap load(Connection connection, int topicId, int partition) throws SQLException {
        return load(connection, topicId, partition, 0, Long.MAX_VALUE);
    }

    /** The map of a partition, as far as it is needed for these offsets of the log. */
    public OffsetMap load(Connection connection, int topicId, int partition, long startInc, long endInc)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RANGE)) {
            statement.setLong(1, startInc);
            statement.setLong(2, startInc);
            statement.setLong(3, endInc);
            statement.setLong(4, endInc);
            statement.setString(5, forwarder);
            statement.setInt(6, topicId);
            statement.setInt(7, partition);
            try (ResultSet rows = statement.executeQuery()) {
                List<OffsetRun> runs = new ArrayList<>();
                long sourceEnd = 0;
                Long targetEnd = null;
                while (rows.next()) {
                    sourceEnd = rows.getLong(1);
                    targetEnd = rows.getObject(2, Long.class);
                    addRun(runs, rows, 3);
                }
                return new OffsetMap(runs, sourceEnd, targetEnd);
            }
        }
    }

    /** Looks many offsets up, of any partitions; the answers are in the order of the questions. */
    public List<Place> places(Connection connection, List<SourceOffset> offsets) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PLACES)) {
            statement.setArray(1, array(connection, "int4", offsets.stream().map(SourceOffset::topicId)));
            statement.setArray(2, array(connection, "int4", offsets.stream().map(SourceOffset::partition)));
            statement.setArray(3, array(connection, "int8", offsets.stream().map(SourceOffset::offset)));
            statement.setString(4, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                List<Place> places = new ArrayList<>();
                while (rows.next()) {
                    places.add(
                            neighbourhood(rows).place(offsets.get(places.size()).offset()));
                }
                return places;
            }
        }
    }

    private static Array array(Connection connection, String type, Stream<?> values) throws SQLException {
        return connection.createArrayOf(type, values.toArray());
    }

    /** As much of the map as one offset needs. */
    private static OffsetMap neighbourhood(ResultSet row) throws SQLException {
        List<OffsetRun> runs = new ArrayList<>();
        addRun(runs, row, 3);
        addRun(runs, row, 5);
        return new OffsetMap(runs, row.getLong(1), row.getObject(2, Long.class));
    }

    private static void addRun(List<OffsetRun> runs, ResultSet row, int column) throws SQLException {
        Long source = row.getObject(column, Long.class);
        if (source != null) {
            runs.add(new OffsetRun(source, row.getLong(column + 1)));
        }
    }
}
