package io.tailrace.forwarder.verify;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/** Writes {@code kafka.verified_partitions}. Immutable; each call runs one statement on the connection that it is given. */
final class VerificationStore {
    private static final String SAVE =
            """
            INSERT INTO kafka.verified_partitions (
                slot, topic_id, partition_id, target_name, start_offset, verified_to, target_verified_to, records, hash,
                only_on_target, gone_from_target, foreign_records, first_difference, target_difference, what,
                set_aside, repeated)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (slot, topic_id, partition_id) DO UPDATE
            SET target_name = excluded.target_name,
                start_offset = excluded.start_offset,
                verified_to = excluded.verified_to,
                target_verified_to = excluded.target_verified_to,
                records = excluded.records,
                hash = excluded.hash,
                only_on_target = excluded.only_on_target,
                gone_from_target = excluded.gone_from_target,
                foreign_records = excluded.foreign_records,
                first_difference = excluded.first_difference,
                target_difference = excluded.target_difference,
                what = excluded.what,
                set_aside = excluded.set_aside,
                repeated = excluded.repeated,
                checked_at = now()""";
    private static final String EXISTS = "SELECT to_regclass('kafka.repeated_ranges') IS NOT NULL";

    private static final String MOVED = "SELECT state = 'moved' FROM kafka.migration";

    private final String slot;

    VerificationStore(String slot) {
        this.slot = slot;
    }

    /** Whether the schema is recent enough. */
    static boolean exists(Connection connection) throws SQLException {
        return isTrue(connection, EXISTS);
    }

    /** Whether clients write to the target now, which makes nothing red. */
    static boolean hasMoved(Connection connection) throws SQLException {
        return isTrue(connection, MOVED);
    }

    private static boolean isTrue(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    void save(Connection connection, ForwardedPartition partition, Verified verified) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, slot);
            statement.setInt(2, partition.topicId());
            statement.setInt(3, partition.partition());
            statement.setString(4, verified.targetName());
            statement.setLong(5, verified.start());
            statement.setLong(6, verified.verifiedTo());
            statement.setLong(7, verified.targetVerifiedTo());
            statement.setLong(8, verified.records());
            statement.setString(9, verified.hash());
            statement.setLong(10, verified.onlyOnTarget());
            statement.setLong(11, verified.goneFromTarget());
            statement.setLong(12, verified.foreignRecords());
            setFirst(statement, verified);
            statement.setLong(16, verified.setAside());
            statement.setLong(17, verified.repeated());
            statement.executeUpdate();
        }
    }

    private static void setFirst(PreparedStatement statement, Verified verified) throws SQLException {
        Mismatch first = verified.first();
        if (first == null) {
            statement.setNull(13, Types.BIGINT);
            statement.setNull(14, Types.BIGINT);
            statement.setNull(15, Types.VARCHAR);
        } else {
            statement.setLong(13, first.sourceOffset());
            statement.setLong(14, first.targetOffset());
            statement.setString(15, first.text());
        }
    }
}
