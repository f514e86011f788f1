package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import io.tailrace.forwarder.catchup.LogTable;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What there is to send again, and the rows of {@code kafka.replays}. Stateless. */
final class ReplayRequests {
    private static final String TOPIC = "SELECT id FROM kafka.topics WHERE name = ? AND deleted_at IS NULL";
    private static final String FORWARDERS =
            """
            SELECT forwarder, partitions FROM kafka.forwarder_topics
            WHERE topic_id = ? AND cardinality(partitions) > 0 AND (?::text IS NULL OR forwarder = ?)""";
    private static final String EXTENT =
            """
            SELECT p.log_start_offset, p.next_offset, least(p.next_offset, coalesce(f.next_offset, p.log_start_offset))
            FROM kafka.partitions p
                LEFT JOIN kafka.forwarder_positions f
                    ON f.forwarder = ? AND f.topic_id = p.topic_id AND f.partition_id = p.partition_id
            WHERE p.topic_id = ? AND p.partition_id = ?""";
    /** What a broker can be told at most to take: whatever is in the log can be read. */
    private static final int MAX_BATCH_BYTES = 1 << 30;

    private static final String INSERT =
            """
            INSERT INTO kafka.replays (slot, topic_id, partition_id, from_offset, to_offset) VALUES (?, ?, ?, ?, ?)
            RETURNING id""";

    private ReplayRequests() {}

    /** A partition's log, and below which offset it is forwarded. */
    record Extent(long startInc, long endExc, long forwardedExc) {}

    static int topicId(Connection connection, String topic) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TOPIC)) {
            statement.setString(1, topic);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new UserError("there is no topic " + topic + " (tailrace shadow show lists them)");
                }
                return row.getInt(1);
            }
        }
    }

    /** The forwarders that carry the topic on, or the one of that name if it does, with the partitions. */
    static Map<String, List<Integer>> forwarders(Connection connection, int topicId, @Nullable String forwarder)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FORWARDERS)) {
            statement.setInt(1, topicId);
            statement.setString(2, forwarder);
            statement.setString(3, forwarder);
            try (ResultSet row = statement.executeQuery()) {
                Map<String, List<Integer>> found = new TreeMap<>();
                while (row.next()) {
                    found.put(row.getString(1), numbers(row.getArray(2)));
                }
                return found;
            }
        }
    }

    private static List<Integer> numbers(Array array) throws SQLException {
        return List.of((Integer[]) array.getArray());
    }

    static Optional<Extent> extent(Connection connection, String forwarder, int topicId, int partition)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXTENT)) {
            statement.setString(1, forwarder);
            statement.setInt(2, topicId);
            statement.setInt(3, partition);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Extent(row.getLong(1), row.getLong(2), row.getLong(3)))
                        : Optional.empty();
            }
        }
    }

    /** The offset of the first record that is not older, or {@code otherwise} if there is none. */
    static long atTime(Connection connection, int topicId, int partition, long timestampMs, long otherwise)
            throws SQLException {
        return new LogTable(1, MAX_BATCH_BYTES)
                .firstNotOlder(connection, topicId, partition, timestampMs)
                .orElse(otherwise);
    }

    /** Writes a request. Returns its number. */
    static long insert(Connection connection, String forwarder, int topicId, ReplayRange range) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, forwarder);
            statement.setInt(2, topicId);
            statement.setInt(3, range.partition());
            statement.setLong(4, range.startInc());
            statement.setLong(5, range.endExc());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** All that are to be sent, in order of partitions; without those where it is nothing. */
    static List<ReplayRange> ranges(
            Connection connection, String forwarder, int topicId, List<Integer> partitions, ReplayBounds bounds)
            throws SQLException {
        List<ReplayRange> ranges = new ArrayList<>();
        for (int partition : partitions) {
            Extent extent = extent(connection, forwarder, topicId, partition).orElseThrow();
            ReplayRange range = new ReplayRange(
                    partition,
                    offset(connection, topicId, partition, bounds.from(), extent, "--from"),
                    Math.min(
                            offset(connection, topicId, partition, bounds.to(), extent, "--to"),
                            extent.forwardedExc()));
            if (range.startInc() < range.endExc()) {
                ranges.add(range);
            }
        }
        return ranges;
    }

    private static long offset(
            Connection connection,
            int topicId,
            int partition,
            @Nullable LogPosition position,
            Extent extent,
            String option)
            throws SQLException {
        if (position instanceof LogPosition.AtTime time) {
            return atTime(connection, topicId, partition, time.timestampMs(), extent.endExc());
        }
        if (position instanceof LogPosition.AtOffset at) {
            if (at.offset() < extent.startInc() || at.offset() > extent.endExc()) {
                throw new UserError("%s %d is outside of the log of partition %d, which is from %d to %d"
                        .formatted(option, at.offset(), partition, extent.startInc(), extent.endExc()));
            }
            return at.offset();
        }
        return extent.endExc();
    }
}
