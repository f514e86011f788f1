package io.tailrace.forwarder.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The table {@code kafka.replays}. Immutable; each call runs one statement on the connection that it is given. */
public final class Replays {
    /**
     * The first of each partition, so that one that waits keeps no other partition waiting. Nothing is sent again while producers
     * are held back for the move, or after it: the target's end is to stand still.
     */
    private static final String OPEN =
            """
            SELECT DISTINCT ON (topic_id, partition_id)
                   id, topic_id, partition_id, coalesce(next_offset, from_offset), to_offset FROM kafka.replays
            WHERE slot = ? AND state IN ('requested', 'running')
              AND NOT EXISTS (SELECT FROM kafka.migration WHERE state = 'moved' OR fenced_until > now())
            ORDER BY topic_id, partition_id, id""";

    private static final String COUNT =
            "SELECT count(*) FROM kafka.replays WHERE slot = ? AND state IN ('requested', 'running')";

    /** What was cancelled or has failed meanwhile stays so. */
    private static final String ADVANCE =
            """
            UPDATE kafka.replays
            SET next_offset = ?, records = records + ?, waiting = NULL,
                state = CASE WHEN state NOT IN ('requested', 'running') THEN state
                             WHEN ? >= to_offset THEN 'done' ELSE 'running' END,
                finished_at = coalesce(finished_at, CASE WHEN ? >= to_offset THEN now() END)
            WHERE id = ?""";

    private static final String FAIL =
            """
            UPDATE kafka.replays SET state = 'failed', failure = ?, waiting = NULL, finished_at = now()
            WHERE id = ? AND state IN ('requested', 'running')""";
    private static final String WAIT =
            "UPDATE kafka.replays SET waiting = ? WHERE id = ? AND waiting IS DISTINCT FROM ?";

    private final String slot;

    /** @param slot the forwarder that is asked */
    public Replays(String slot) {
        this.slot = slot;
    }

    /** The oldest that is not through of each partition; none while the clients move to the target. */
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

    /** How many are not through. */
    public int count(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
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

    /** It does not go on at present. */
    public void await(Connection connection, long id, String reason) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WAIT)) {
            statement.setString(1, reason);
            statement.setLong(2, id);
            statement.setString(3, reason);
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
