package io.tailrace.forwarder.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/**
 * The table {@code kafka.repeated_ranges} of a forwarder. A range is written before the first of its records is sent, and
 * closed when all of them are there: so whoever comes after a crash knows what may have landed. Immutable; each call runs a
 * statement on the connection that it is given, some several.
 */
public final class RepeatedRanges {
    private static final String KEY = " WHERE slot = ? AND topic_id = ? AND partition_id = ? ";
    private static final String OPEN =
            """
            SELECT r.topic_id, r.partition_id, r.target_from, r.replay_id, r.source_from, r.source_to
            FROM kafka.repeated_ranges r JOIN kafka.topics t ON t.id = r.topic_id AND t.deleted_at IS NULL
            WHERE r.slot = ? AND r.target_to IS NULL""";
    private static final String BEGIN =
            """
            INSERT INTO kafka.repeated_ranges (slot, topic_id, partition_id, target_from, replay_id, source_from, source_to)
            VALUES (?, ?, ?, ?, ?, ?, ?)""";
    private static final String EXTEND = "UPDATE kafka.repeated_ranges SET target_to = ?, source_to = ?" + KEY
            + "AND target_to = ? AND replay_id = ?";
    private static final String CLOSE =
            "UPDATE kafka.repeated_ranges SET target_to = ?, source_to = ?" + KEY + "AND target_from = ?";
    private static final String DROP = "DELETE FROM kafka.repeated_ranges" + KEY + "AND target_to IS NULL";
    private static final String COVERING =
            """
            SELECT target_from, coalesce(target_to, 9223372036854775807) FROM kafka.repeated_ranges
            WHERE slot = ? AND topic_id = ? AND partition_id = ? AND target_from <= ?
            ORDER BY target_from DESC LIMIT 1""";
    /** What was sent again and is lost is to be sent again once more, by a replay that is not through yet. */
    private static final String REWIND =
            """
            UPDATE kafka.replays y SET next_offset = least(y.next_offset, r.source_from)
            FROM kafka.repeated_ranges r
            WHERE r.slot = ? AND r.topic_id = ? AND r.partition_id = ? AND r.target_to > ?
              AND y.id = r.replay_id AND y.state = 'running'""";

    private static final String FORGET =
            "DELETE FROM kafka.repeated_ranges" + KEY + "AND target_to IS NOT NULL AND target_from >= ?";
    private static final String CUT = "UPDATE kafka.repeated_ranges SET target_to = ?" + KEY + "AND target_to > ?";

    private final String slot;

    /** @param slot the forwarder */
    public RepeatedRanges(String slot) {
        this.slot = slot;
    }

    /** Those that are on their way, or were when a process died; at most one of a partition. */
    public List<RepeatedRange> open(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                List<RepeatedRange> open = new ArrayList<>();
                while (row.next()) {
                    open.add(new RepeatedRange(
                            row.getInt(1),
                            row.getInt(2),
                            row.getLong(3),
                            row.getObject(4, Long.class),
                            row.getLong(5),
                            row.getLong(6)));
                }
                return open;
            }
        }
    }

    /** To be called before the first of the records is sent. */
    public void begin(Connection connection, RepeatedRange range) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
            setPartition(statement, 1, range.topicId(), range.partition());
            statement.setLong(4, range.targetFrom());
            statement.setObject(5, range.replayId());
            statement.setLong(6, range.sourceFrom());
            statement.setLong(7, range.sourceTo());
            statement.executeUpdate();
        }
    }

    /** All records of the range, below {@code sourceTo}, are on the target, below {@code targetTo}; in the caller's transaction. */
    public void close(Connection connection, RepeatedRange range, long targetTo, long sourceTo) throws SQLException {
        if (targetTo <= range.targetFrom() || extend(connection, range, targetTo, sourceTo)) {
            drop(connection, range);
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(CLOSE)) {
            statement.setLong(1, targetTo);
            statement.setLong(2, sourceTo);
            setPartition(statement, 3, range.topicId(), range.partition());
            statement.setLong(6, range.targetFrom());
            statement.executeUpdate();
        }
    }

    /** The piece before of the same replay may end where this one begins. */
    private boolean extend(Connection connection, RepeatedRange range, long targetTo, long sourceTo)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXTEND)) {
            statement.setLong(1, targetTo);
            statement.setLong(2, sourceTo);
            setPartition(statement, 3, range.topicId(), range.partition());
            statement.setLong(6, range.targetFrom());
            statement.setObject(7, range.replayId(), Types.BIGINT);
            return statement.executeUpdate() > 0;
        }
    }

    /** Nothing of the range is on the target, or it is part of the one before. */
    public void drop(Connection connection, RepeatedRange range) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DROP)) {
            setPartition(statement, 1, range.topicId(), range.partition());
            statement.executeUpdate();
        }
    }

    /** Offsets of the target. */
    public record Places(long startInc, long endExc) {
        /** No places at all. */
        public static final Places NONE = new Places(0, 0);

        public boolean contains(long targetOffset) {
            return targetOffset >= startInc && targetOffset < endExc;
        }
    }

    /** The places, with this one among them, of records that were sent again; without an end while they are sent. */
    public Places covering(Connection connection, int topicId, int partition, long targetOffset) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COVERING)) {
            setPartition(statement, 1, topicId, partition);
            statement.setLong(4, targetOffset);
            try (ResultSet row = statement.executeQuery()) {
                Places places = row.next() ? new Places(row.getLong(1), row.getLong(2)) : Places.NONE;
                return places.contains(targetOffset) ? places : Places.NONE;
            }
        }
    }

    /** The target has lost what it had from {@code targetEnd} on. */
    public void cutBack(Connection connection, int topicId, int partition, long targetEnd) throws SQLException {
        for (String sql : List.of(REWIND, FORGET)) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                setPartition(statement, 1, topicId, partition);
                statement.setLong(4, targetEnd);
                statement.executeUpdate();
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(CUT)) {
            statement.setLong(1, targetEnd);
            setPartition(statement, 2, topicId, partition);
            statement.setLong(5, targetEnd);
            statement.executeUpdate();
        }
    }

    private void setPartition(PreparedStatement statement, int first, int topicId, int partition) throws SQLException {
        statement.setString(first, slot);
        statement.setInt(first + 1, topicId);
        statement.setInt(first + 2, partition);
    }
}
