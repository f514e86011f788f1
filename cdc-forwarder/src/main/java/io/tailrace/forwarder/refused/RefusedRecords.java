package io.tailrace.forwarder.refused;

import io.tailrace.forwarder.decode.HeaderText;
import io.tailrace.forwarder.decode.LogRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The table {@code kafka.refused_records}. Immutable; each call runs one statement on the connection that it is given. */
final class RefusedRecords {
    private static final String INSERT =
            """
            INSERT INTO kafka.refused_records (forwarder, topic_id, partition_id, partition_offset, topic, key, value,
                                               headers, timestamp_ms, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)
            ON CONFLICT (forwarder, topic_id, partition_id, partition_offset) DO UPDATE
            SET reason = excluded.reason, retry_requested_at = NULL, retried_at = NULL, retried_offset = NULL,
                retry_failure = NULL""";
    private static final String IS_IN_TOPIC =
            """
            SELECT dead_letter_offset IS NOT NULL FROM kafka.refused_records
            WHERE forwarder = ? AND topic_id = ? AND partition_id = ? AND partition_offset = ?""";
    private static final String IN_TOPIC =
            """
            UPDATE kafka.refused_records SET dead_letter_topic = ?, dead_letter_offset = ?
            WHERE forwarder = ? AND topic_id = ? AND partition_id = ? AND partition_offset = ?""";

    private final String forwarder;

    RefusedRecords(String forwarder) {
        this.forwarder = forwarder;
    }

    /** Writes the record. Where that was done before it is refused anew, because its topic is sent again from further back. */
    void insert(Connection connection, Refusal refusal, LogRow row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            setKey(statement, 1, refusal);
            statement.setString(5, refusal.topic());
            statement.setBytes(6, row.key());
            statement.setBytes(7, row.value());
            statement.setString(8, HeaderText.of(row.headers()));
            statement.setLong(9, row.timestampMs());
            statement.setString(10, refusal.reason());
            statement.executeUpdate();
        }
    }

    /** Whether the record is known to be in the dead-letter topic. */
    boolean isInTopic(Connection connection, Refusal refusal) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(IS_IN_TOPIC)) {
            setKey(statement, 1, refusal);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** The record is in the dead-letter topic, at that offset of its only partition. */
    void onInTopic(Connection connection, Refusal refusal, String topic, long offset) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(IN_TOPIC)) {
            statement.setString(1, topic);
            statement.setLong(2, offset);
            setKey(statement, 3, refusal);
            statement.executeUpdate();
        }
    }

    private void setKey(PreparedStatement statement, int first, Refusal refusal) throws SQLException {
        statement.setString(first, forwarder);
        statement.setInt(first + 1, refusal.topicId());
        statement.setInt(first + 2, refusal.partition());
        statement.setLong(first + 3, refusal.offset());
    }
}
