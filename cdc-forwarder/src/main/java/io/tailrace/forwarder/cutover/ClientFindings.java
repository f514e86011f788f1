package io.tailrace.forwarder.cutover;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Which groups and producers can follow. Immutable. */
record ClientFindings(Connection connection, String forwarder) {
    private static final String GROUPS =
            "SELECT DISTINCT group_id FROM kafka.consumer_offsets WHERE topic_id IS NOT NULL ORDER BY group_id";
    private static final String SKIPPED =
            """
            SELECT format('%s (%s)', g.group_id, g.skipped) FROM kafka.forwarder_groups g
            WHERE g.slot = ? AND NOT g.moved AND g.skipped IS NOT NULL
              AND EXISTS (SELECT FROM kafka.consumer_offsets o WHERE o.group_id = g.group_id)
            ORDER BY g.group_id""";
    private static final String LEFT_ALONE =
            "SELECT group_id FROM kafka.forwarder_groups WHERE slot = ? AND moved ORDER BY group_id";
    private static final String BEYOND =
            """
            SELECT DISTINCT o.group_id FROM kafka.consumer_offsets o
                JOIN kafka.partitions p ON p.topic_id = o.topic_id AND p.partition_id = o.partition_id
                JOIN kafka.topics t ON t.id = o.topic_id AND t.deleted_at IS NULL
            WHERE o.committed_offset > p.next_offset
              AND NOT EXISTS (SELECT FROM kafka.forwarder_groups g WHERE g.slot = ? AND g.group_id = o.group_id AND g.moved)
            ORDER BY o.group_id""";
    private static final String TRANSACTIONAL =
            "SELECT transactional_id FROM kafka.transactions ORDER BY updated_ms DESC";
    private static final String REMEDY =
            "; reset or delete them, or have them left alone (moved = true in kafka.forwarder_groups)";

    void addTo(List<Finding> findings) throws SQLException {
        groups(findings);
        List<String> ids = Sql.texts(connection, TRANSACTIONAL);
        if (!ids.isEmpty()) {
            findings.add(Finding.note(
                    "transactional producers",
                    "cannot follow: their applications must make them anew after the move, which then finds the target: "
                            + Sql.list(ids)));
        }
        List<String> open = OpenTransactions.names(connection);
        if (!open.isEmpty()) {
            findings.add(Finding.note(
                    "open transactions",
                    "must end before or within the fence, where they get no more records: " + Sql.list(open)));
        }
    }

    private void groups(List<Finding> findings) throws SQLException {
        List<String> skipped = Sql.texts(connection, SKIPPED, forwarder);
        List<String> beyond = Sql.texts(connection, BEYOND, forwarder);
        if (!skipped.isEmpty()) {
            findings.add(Finding.blocks("groups", "cannot follow: " + Sql.list(skipped) + REMEDY));
        }
        if (!beyond.isEmpty()) {
            findings.add(
                    Finding.blocks("groups", "have committed beyond the end of the log: " + Sql.list(beyond) + REMEDY));
        }
        if (skipped.isEmpty() && beyond.isEmpty()) {
            findings.add(Finding.ok("groups", Sql.texts(connection, GROUPS).size() + " groups can follow"));
        }
        List<String> alone = Sql.texts(connection, LEFT_ALONE, forwarder);
        if (!alone.isEmpty()) {
            findings.add(Finding.note("groups", "are marked as moved and left alone: " + Sql.list(alone)));
        }
    }
}
