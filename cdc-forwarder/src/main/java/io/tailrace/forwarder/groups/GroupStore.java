package io.tailrace.forwarder.groups;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What groups have committed here, and what was written of it to the target. Immutable. */
final class GroupStore {
    private static final String COMMITTED =
            """
            SELECT o.group_id, o.topic_id, o.partition_id, coalesce(f.target_name, t.name),
                   greatest(o.committed_offset, p.log_start_offset), o.metadata,
                   coalesce(g.moved, false) OR EXISTS (SELECT FROM kafka.migration WHERE state = 'moved')
            FROM kafka.consumer_offsets o
                JOIN kafka.topics t ON t.id = o.topic_id AND t.deleted_at IS NULL
                JOIN kafka.partitions p ON p.topic_id = o.topic_id AND p.partition_id = o.partition_id
                LEFT JOIN kafka.forwarder_topics f ON f.forwarder = ? AND f.topic_id = o.topic_id
                LEFT JOIN kafka.forwarder_groups g ON g.slot = ? AND g.group_id = o.group_id
            ORDER BY o.group_id, o.topic_id, o.partition_id""";
    private static final String SAVE_OFFSETS =
            """
            INSERT INTO kafka.forwarder_group_offsets
                (slot, group_id, topic_id, partition_id, source_offset, target_offset)
            SELECT ?, written.* FROM unnest(?::text[], ?::int[], ?::int[], ?::bigint[], ?::bigint[]) AS written
            ON CONFLICT (slot, group_id, topic_id, partition_id) DO UPDATE
            SET source_offset = excluded.source_offset, target_offset = excluded.target_offset, written_at = now()""";
    private static final String SAVE_GROUPS =
            """
            INSERT INTO kafka.forwarder_groups AS g (slot, group_id, skipped)
            SELECT ?, tried.* FROM unnest(?::text[], ?::text[]) AS tried(group_id, skipped)
            ON CONFLICT (slot, group_id) DO UPDATE SET skipped = excluded.skipped, updated_at = now()
            WHERE g.skipped IS DISTINCT FROM excluded.skipped""";
    private static final String FORGET_OFFSETS =
            """
            DELETE FROM kafka.forwarder_group_offsets w WHERE w.slot = ? AND NOT EXISTS (
                SELECT FROM kafka.consumer_offsets o
                WHERE o.group_id = w.group_id AND o.topic_id = w.topic_id AND o.partition_id = w.partition_id)""";
    private static final String FORGET_GROUPS =
            """
            DELETE FROM kafka.forwarder_groups g WHERE g.slot = ? AND NOT g.moved
                AND NOT EXISTS (SELECT FROM kafka.consumer_offsets o WHERE o.group_id = g.group_id)""";

    private final String forwarder;

    GroupStore(String forwarder) {
        this.forwarder = forwarder;
    }

    /** What all groups have committed, of topics that are not deleted. */
    List<CommittedOffset> committed(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COMMITTED)) {
            statement.setString(1, forwarder);
            statement.setString(2, forwarder);
            try (ResultSet rows = statement.executeQuery()) {
                List<CommittedOffset> committed = new ArrayList<>();
                while (rows.next()) {
                    committed.add(new CommittedOffset(
                            new GroupPartition(rows.getString(1), rows.getInt(2), rows.getInt(3)),
                            rows.getString(4),
                            rows.getLong(5),
                            rows.getString(6),
                            rows.getBoolean(7)));
                }
                return committed;
            }
        }
    }

    void saveOffsets(Connection connection, List<TranslatedOffset> written) throws SQLException {
        List<GroupPartition> of =
                written.stream().map(offset -> offset.committed().of()).toList();
        try (PreparedStatement statement = connection.prepareStatement(SAVE_OFFSETS)) {
            statement.setString(1, forwarder);
            setArray(statement, 2, "text", of.stream().map(GroupPartition::group));
            setArray(statement, 3, "int4", of.stream().map(GroupPartition::topicId));
            setArray(statement, 4, "int4", of.stream().map(GroupPartition::partition));
            setArray(statement, 5, "int8", written.stream().map(offset -> offset.committed()
                    .offset()));
            setArray(statement, 6, "int8", written.stream().map(TranslatedOffset::targetOffset));
            statement.executeUpdate();
        }
    }

    /** Why nothing, or not everything, was written of a group; an empty reason stands for none. */
    void saveGroups(Connection connection, Map<String, String> reasons) throws SQLException {
        List<Map.Entry<String, String>> entries = List.copyOf(reasons.entrySet());
        try (PreparedStatement statement = connection.prepareStatement(SAVE_GROUPS)) {
            statement.setString(1, forwarder);
            setArray(statement, 2, "text", entries.stream().map(Map.Entry::getKey));
            setArray(
                    statement,
                    3,
                    "text",
                    entries.stream().map(Map.Entry::getValue).map(reason -> reason.isEmpty() ? null : reason));
            statement.executeUpdate();
        }
    }

    /** Forgets groups, and offsets of them, that are not here any more. */
    void forgetGone(Connection connection) throws SQLException {
        for (String sql : List.of(FORGET_OFFSETS, FORGET_GROUPS)) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, forwarder);
                statement.executeUpdate();
            }
        }
    }

    private static void setArray(PreparedStatement statement, int index, String type, Stream<?> values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
    }
}
