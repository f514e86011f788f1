package io.tailrace.forwarder.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The table {@code kafka.replays}. Immutable; each call runs one statement on the connection that it is given. */
public final class Replays {
    /** Nothing is sent again while producers are held back for the move, or after it: the target's end is to stand still. */
    private static final String OPEN =
            """
            SELECT id, topic_id, partition_id, coalesce(next_offset, from_offset), to_offset FROM kafka.replays
            WHERE slot = ? AND state IN ('requested', 'running')
              AND NOT EXISTS (SELECT FROM kafka.migration WHERE state = 'moved' OR fenced_until > now())
            ORDER BY id LIMIT 100""";

    private static final String ADVANCE =
            """
            UPDATE kafka.replays
            SET next_offset = ?, records = records + ?,
                state = CASE WHEN state = 'cancelled' THEN state WHEN ? >= to_offset THEN 'done' ELSE 'running' END,
                finished_at = CASE WHEN ? >= to_offset THEN now() END
            WHERE id = ?""";
    private static final String FAIL =
            "UPDATE kafka.replays SET state = 'failed', failure = ?, finished_at = now() WHERE id = ?";

    private final String slot;

    /** @param slot the forwarder that is asked */
    public Replays(String slot) {
        this.slot = slot;
    }

    /** Those that are not through, the oldest first; none while the clients move to the target. */
    public List<Replay> open(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OPEN)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                List<Replay> open = new ArrayList<>();
                while (row.next()) {
                    open.add(new Replay(row.getLong(1), row.getInt(2), row.getInt(3), row.getLong(4), row.getLong(5)));
                }
                return open;
            }
        }
    }

    /** So many records more are on the target, and with them everything below {@code next}. */
    public void advance(Connection connection, long id, long next, long records) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setLong(1, next);
            statement.setLong(2, records);
            statement.setLong(3, next);
            statement.setLong(4, next);
            statement.setLong(5, id);
            statement.executeUpdate();
        }
    }

    /** It cannot go on. */
    public void fail(Connection connection, long id, String reason) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FAIL)) {
            statement.setString(1, reason);
            statement.setLong(2, id);
            statement.executeUpdate();
        }
    }
}
