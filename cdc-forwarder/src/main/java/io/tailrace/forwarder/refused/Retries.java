package io.tailrace.forwarder.refused;

import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.TableDecoder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The records of {@code kafka.refused_records} that somebody wants to be sent again, and what becomes of them. Immutable; each
 * call runs one statement on the connection that it is given.
 */
public final class Retries {
    private static final String KEY =
            " WHERE forwarder = ? AND topic_id = ? AND partition_id = ? AND partition_offset = ?";
    /** Nothing is sent again while producers are held back for the move, or after it: the target's end is to stand still. */
    private static final String REQUESTED =
            """
            SELECT topic_id, partition_id, partition_offset
            FROM (SELECT *, row_number() OVER (PARTITION BY topic_id, partition_id ORDER BY partition_offset) AS place
                  FROM kafka.refused_records WHERE forwarder = ? AND retry_requested_at IS NOT NULL) requested
            WHERE place <= 10 AND NOT EXISTS (SELECT FROM kafka.migration WHERE state = 'moved' OR fenced_until > now())
            ORDER BY place, topic_id, partition_id LIMIT 1000""";

    private static final String ROW = "SELECT " + TableDecoder.RECORD_COLUMNS + " FROM kafka.refused_records" + KEY;
    private static final String OFFSETS =
            """
            SELECT partition_offset FROM kafka.refused_records
            WHERE forwarder = ? AND topic_id = ? AND partition_id = ? AND partition_offset >= ? AND partition_offset < ?""";
    private static final String SENT =
            """
            UPDATE kafka.refused_records
            SET retry_requested_at = NULL, retry_failure = NULL, retried_at = now(), retried_offset = ?"""
                    + KEY;
    private static final String FAILED =
            "UPDATE kafka.refused_records SET retry_requested_at = NULL, retry_failure = ?" + KEY;

    private final String forwarder;

    /** @param forwarder the name under which the records stand */
    public Retries(String forwarder) {
        this.forwarder = forwarder;
    }

    /** The next few that are to be sent, of each partition in the order of the log; none while the clients move to the target. */
    public List<RetryRequest> requested(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REQUESTED)) {
            statement.setString(1, forwarder);
            try (ResultSet row = statement.executeQuery()) {
                List<RetryRequest> requested = new ArrayList<>();
                while (row.next()) {
                    requested.add(new RetryRequest(row.getInt(1), row.getInt(2), row.getLong(3)));
                }
                return requested;
            }
        }
    }

    /** The record as it was. */
    public Optional<LogRow> row(Connection connection, RetryRequest retry) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROW)) {
            setKey(statement, 1, retry);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(TableDecoder.record(retry.topicId(), retry.partition(), row))
                        : Optional.empty();
            }
        }
    }

    /** Which records of a range of the log were set aside. */
    public Set<Long> offsets(Connection connection, int topicId, int partition, long startInc, long endExc)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OFFSETS)) {
            setKey(statement, 1, new RetryRequest(topicId, partition, startInc));
            statement.setLong(5, endExc);
            try (ResultSet row = statement.executeQuery()) {
                Set<Long> offsets = new HashSet<>();
                while (row.next()) {
                    offsets.add(row.getLong(1));
                }
                return offsets;
            }
        }
    }

    /** The target has taken the record. */
    public void onSent(Connection connection, RetryRequest retry, long targetOffset) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SENT)) {
            statement.setLong(1, targetOffset);
            setKey(statement, 2, retry);
            statement.executeUpdate();
        }
    }

    /** The record cannot be sent, or the target has refused it again. */
    public void onFailed(Connection connection, RetryRequest retry, String reason) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FAILED)) {
            statement.setString(1, reason);
            setKey(statement, 2, retry);
            statement.executeUpdate();
        }
    }

    private void setKey(PreparedStatement statement, int first, RetryRequest retry) throws SQLException {
        statement.setString(first, forwarder);
        statement.setInt(first + 1, retry.topicId());
        statement.setInt(first + 2, retry.partition());
        statement.setLong(first + 3, retry.offset());
    }
}
