package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.verify.ForwardedPartition.Forwarding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a forwarder has to forward, how far it has come, and its offset map, from Postgres. Immutable; each call runs
 * one statement on the connection that it is given.
 */
final class ForwardedPartitions {
    /** The most runs of the offset map that are looked at together. */
    private static final int MAX_RUNS = 10_000;

    private static final String PARTITIONS =
            """
            SELECT t.id, t.name, p.partition_id, coalesce(w.target_name, t.name),
                   f.next_offset IS NOT NULL AND (w.partitions IS NULL OR p.partition_id = ANY (w.partitions)),
                   coalesce(w.sample_percentage, 100),
                   p.log_start_offset,
                   coalesce((SELECT min(o.first_offset) FROM kafka.transaction_partitions o
                             WHERE o.topic_id = p.topic_id AND o.partition_id = p.partition_id), p.next_offset),
                   coalesce(f.next_offset, p.log_start_offset), f.target_next_offset, coalesce(f.shared, false),
                   kafka.topic_setting(t.config, 'cleanup.policy') LIKE '%%compact%%',
                   v.target_name, v.start_offset, v.verified_to, v.target_verified_to, v.records, v.hash,
                   v.only_on_target, v.gone_from_target, v.foreign_records,
                   v.first_difference, v.target_difference, v.what,
                   v.set_aside, v.repeated
            FROM kafka.partitions p
                JOIN kafka.topics t ON t.id = p.topic_id AND t.deleted_at IS NULL
                LEFT JOIN kafka.forwarder_positions f
                    ON f.forwarder = ? AND f.topic_id = p.topic_id AND f.partition_id = p.partition_id
                LEFT JOIN kafka.forwarder_topics w ON w.forwarder = ? AND w.topic_id = t.id
                LEFT JOIN kafka.verified_partitions v
                    ON v.slot = ? AND v.topic_id = p.topic_id AND v.partition_id = p.partition_id
            %s ORDER BY t.name, p.partition_id""";

    private static final String ALL = PARTITIONS.formatted("");
    private static final String ONE = PARTITIONS.formatted("WHERE t.id = ? AND p.partition_id = ?");
    private static final String RUNS =
            """
            SELECT source_offset, target_offset FROM kafka.forwarder_offset_map
            WHERE slot = ? AND topic_id = ? AND partition_id = ? AND source_offset < ?
              AND source_offset >= coalesce((SELECT max(m.source_offset) FROM kafka.forwarder_offset_map m
                                             WHERE m.slot = ? AND m.topic_id = ? AND m.partition_id = ?
                                               AND m.%s <= ?), 0)
            ORDER BY source_offset LIMIT ?""";
    private static final String RUNS_FROM_SOURCE = RUNS.formatted("source_offset");
    private static final String RUNS_FROM_TARGET = RUNS.formatted("target_offset");

    private final String slot;

    ForwardedPartitions(String slot) {
        this.slot = slot;
    }

    /** What of a partition is different on purpose. */
    Exceptions exceptions(Connection connection, ForwardedPartition partition) {
        return new KnownExceptions(connection, slot, partition);
    }

    /** All partitions of all topics that are not deleted, by topic and partition. */
    List<ForwardedPartition> all(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ALL)) {
            setSlot(statement);
            return read(statement);
        }
    }

    /** The partition as it is now, or nothing if its topic is deleted. */
    Optional<ForwardedPartition> find(Connection connection, int topicId, int partition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ONE)) {
            setSlot(statement);
            statement.setInt(4, topicId);
            statement.setInt(5, partition);
            return read(statement).stream().findFirst();
        }
    }

    private void setSlot(PreparedStatement statement) throws SQLException {
        for (int parameter = 1; parameter <= 3; parameter++) {
            statement.setString(parameter, slot);
        }
    }

    private static List<ForwardedPartition> read(PreparedStatement statement) throws SQLException {
        List<ForwardedPartition> partitions = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                partitions.add(partition(rows));
            }
        }
        return partitions;
    }

    private static ForwardedPartition partition(ResultSet row) throws SQLException {
        Forwarding forwarding =
                !row.getBoolean(5) ? Forwarding.NOTHING : row.getInt(6) < 100 ? Forwarding.SAMPLE : Forwarding.WHOLE;
        return new ForwardedPartition(
                row.getInt(1),
                row.getString(2),
                row.getInt(3),
                row.getString(4),
                forwarding,
                row.getLong(7),
                row.getLong(8),
                row.getLong(9),
                row.getObject(10, Long.class),
                row.getBoolean(11),
                row.getBoolean(12),
                verified(row));
    }

    private static @Nullable Verified verified(ResultSet row) throws SQLException {
        String targetName = row.getString(13);
        if (targetName == null) {
            return null;
        }
        String what = row.getString(24);
        return new Verified(
                targetName,
                row.getLong(14),
                row.getLong(15),
                row.getLong(16),
                row.getLong(17),
                row.getString(18),
                row.getLong(19),
                row.getLong(20),
                row.getLong(21),
                row.getLong(25),
                row.getLong(26),
                what == null ? null : new Mismatch(row.getLong(22), row.getLong(23), Mismatch.parse(what)));
    }

    /** The map from the run that covers the offset of the log; nothing where none is known. Ends where too much follows. */
    Optional<OffsetRuns> runsFrom(Connection connection, ForwardedPartition partition, long source)
            throws SQLException {
        return runs(connection, RUNS_FROM_SOURCE, partition, source);
    }

    /** The map from the run that covers the offset of the target. */
    Optional<OffsetRuns> runsAt(Connection connection, ForwardedPartition partition, long target) throws SQLException {
        return runs(connection, RUNS_FROM_TARGET, partition, target);
    }

    private Optional<OffsetRuns> runs(Connection connection, String sql, ForwardedPartition partition, long from)
            throws SQLException {
        Long targetNext = partition.targetNext();
        if (targetNext == null) {
            return Optional.empty();
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            setPartition(statement, 1, partition);
            statement.setLong(4, partition.next());
            setPartition(statement, 5, partition);
            statement.setLong(8, from);
            statement.setInt(9, MAX_RUNS + 1);
            try (ResultSet rows = statement.executeQuery()) {
                return runs(rows, partition.next(), targetNext).map(runs -> runs.upTo(partition.stableExc()));
            }
        }
    }

    private void setPartition(PreparedStatement statement, int parameter, ForwardedPartition partition)
            throws SQLException {
        statement.setString(parameter, slot);
        statement.setInt(parameter + 1, partition.topicId());
        statement.setInt(parameter + 2, partition.partition());
    }

    private static Optional<OffsetRuns> runs(ResultSet rows, long next, long targetNext) throws SQLException {
        List<long[]> runs = new ArrayList<>();
        while (rows.next()) {
            runs.add(new long[] {rows.getLong(1), rows.getLong(2)});
        }
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        boolean cut = runs.size() > MAX_RUNS;
        long[] end = cut ? runs.remove(MAX_RUNS) : new long[] {next, targetNext};
        return Optional.of(new OffsetRuns(
                runs.stream().mapToLong(run -> run[0]).toArray(),
                runs.stream().mapToLong(run -> run[1]).toArray(),
                end[0],
                end[1]));
    }
}
