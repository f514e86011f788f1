package io.tailrace.broker.group;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.postgresql.PGConnection;

/**
 * The SQL of writing to a shard.
 *
 * <p>The update of {@code kafka.group_shards} is lock and fence in one: it finds the shard only under the epoch and with the
 * end that the writer knows. Everything else that a write does hangs on it in the same statement, so that without it
 * nothing is written, and one round trip is a transaction. Where committed offsets change, the same statement asks whether they
 * are frozen for a migration, and takes the lock that a freeze waits for. Stateless.
 */
final class ShardStore {

    private static final String FENCE =
            """
            WITH gate AS MATERIALIZED (
                SELECT %s AS is_open
            ), fence AS (
                UPDATE kafka.group_shards SET log_end_offset = ? FROM gate
                WHERE shard = ? AND leader_epoch = ? AND log_end_offset = ? AND gate.is_open
                RETURNING shard
            )""";

    private static final String ALWAYS = FENCE.formatted("true");
    private static final String UNLESS_FROZEN = FENCE.formatted("kafka.may_commit()");

    private static final String COUNT = " SELECT (SELECT count(*) FROM fence), is_open FROM gate";

    private static final String CHANGES =
            """
            , deleted_records AS (
                DELETE FROM kafka.group_records r USING fence, unnest(?::bytea[]) AS d (key)
                WHERE r.shard = fence.shard AND sha256(r.key) = sha256(d.key)
            ), deleted_offsets AS (
                DELETE FROM kafka.consumer_offsets o USING fence, unnest(?::bytea[]) AS d (key)
                WHERE o.record_digest = sha256(d.key)
            ), deleted_pending AS (
                DELETE FROM kafka.group_pending_records r USING fence, unnest(?::bytea[]) AS d (key)
                WHERE r.shard = fence.shard AND sha256(r.key) = sha256(d.key)
            ), put_records AS (
                INSERT INTO kafka.group_records AS r (shard, key, value, record_offset)
                SELECT fence.shard, p.key, p.value, p.record_offset
                FROM fence, unnest(?::bytea[], ?::bytea[], ?::bigint[]) AS p (key, value, record_offset)
                ON CONFLICT (shard, sha256(key)) DO UPDATE
                SET value = excluded.value, record_offset = excluded.record_offset
                WHERE r.record_offset < excluded.record_offset
            ), put_offsets AS (
                INSERT INTO kafka.consumer_offsets AS o
                    (record_digest, record_offset, group_id, topic, topic_id, partition_id, committed_offset, leader_epoch,
                     metadata, commit_timestamp, expire_timestamp)
                SELECT sha256(p.key), p.record_offset, p.group_id, p.topic, t.id, p.partition_id, p.committed_offset,
                       nullif(p.leader_epoch, -1), p.metadata, to_timestamp(p.commit_ms / 1000.0),
                       to_timestamp(nullif(p.expire_ms, -1) / 1000.0)
                FROM fence CROSS JOIN unnest(?::bytea[], ?::bigint[], ?::text[], ?::text[], ?::uuid[], ?::int[],
                                             ?::bigint[], ?::int[], ?::text[], ?::bigint[], ?::bigint[])
                         AS p (key, record_offset, group_id, topic, topic_uuid, partition_id, committed_offset,
                               leader_epoch, metadata, commit_ms, expire_ms)
                     LEFT JOIN kafka.topics t ON t.topic_uuid = p.topic_uuid
                ON CONFLICT (record_digest) DO UPDATE
                SET record_offset = excluded.record_offset, topic_id = excluded.topic_id,
                    committed_offset = excluded.committed_offset, leader_epoch = excluded.leader_epoch,
                    metadata = excluded.metadata, commit_timestamp = excluded.commit_timestamp,
                    expire_timestamp = excluded.expire_timestamp
                WHERE o.record_offset < excluded.record_offset
            )"""
                    + COUNT;

    private static final String WRITE = ALWAYS + CHANGES;
    private static final String WRITE_OFFSETS = UNLESS_FROZEN + CHANGES;

    private static final String WRITE_PENDING = UNLESS_FROZEN
            + """
            , put_records AS (
                INSERT INTO kafka.group_pending_records (shard, producer_id, producer_epoch, key, value, record_offset)
                SELECT fence.shard, ?, ?, p.key, p.value, p.record_offset
                FROM fence, unnest(?::bytea[], ?::bytea[], ?::bigint[]) AS p (key, value, record_offset)
                ON CONFLICT (shard, producer_id, sha256(key)) DO UPDATE
                SET producer_epoch = excluded.producer_epoch, value = excluded.value,
                    record_offset = excluded.record_offset
            )"""
            + COUNT;

    private ShardStore() {}

    /** Where a write goes: the epoch and the end of the log under which it holds, and the end after it. */
    record Position(int shard, int leaderEpoch, long logEndOffset, long nextOffset) {}

    /** A shard that was taken. */
    record Claim(int leaderEpoch, long logEndOffset) {}

    static int countShards(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM kafka.group_shards");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    /**
     * Takes a shard under a new epoch, once whatever writes to it has ended: nothing of an earlier epoch follows.
     *
     * @return empty if a broker that started later has it
     */
    static Optional<Claim> claim(Connection connection, int shard, int leaseEpoch) throws SQLException {
        String sql =
                """
                UPDATE kafka.group_shards SET leader_epoch = leader_epoch + 1, lease_epoch = ?
                WHERE shard = ? AND lease_epoch <= ?
                RETURNING leader_epoch, log_end_offset
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, leaseEpoch);
            statement.setInt(2, shard);
            statement.setInt(3, leaseEpoch);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(new Claim(row.getInt(1), row.getLong(2))) : Optional.empty();
            }
        }
    }

    /**
     * Writes changes; false if the shard is not at this position, and nothing is written.
     *
     * @throws CoordinatorLoadInProgressException where committed offsets would change and are frozen; nothing is written
     */
    static boolean write(Connection connection, Position position, ShardChanges changes) throws SQLException {
        String sql = changes.committedOffsets().isEmpty() ? WRITE : WRITE_OFFSETS;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            PGConnection arrays = connection.unwrap(PGConnection.class);
            int next = bindFence(statement, position);
            byte[][] deleted = changes.deleted();
            statement.setArray(next++, arrays.createArrayOf("bytea", deleted));
            statement.setArray(next++, arrays.createArrayOf("bytea", deleted));
            statement.setArray(next++, arrays.createArrayOf("bytea", changes.tombstones()));
            next = bindRecords(arrays, statement, next, changes.puts());
            bindOffsets(arrays, statement, next, changes.committedOffsets());
            return wasThere(statement);
        }
    }

    /** Writes records that wait for the outcome of a transaction; false as in {@link #write}. */
    static boolean writePending(
            Connection connection, Position position, OffsetProducer producer, Collection<ShardRecord> records)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WRITE_PENDING)) {
            int next = bindFence(statement, position);
            statement.setLong(next++, producer.producerId());
            statement.setShort(next++, producer.producerEpoch());
            bindRecords(connection.unwrap(PGConnection.class), statement, next, records);
            return wasThere(statement);
        }
    }

    private static int bindFence(PreparedStatement statement, Position position) throws SQLException {
        statement.setLong(1, position.nextOffset());
        statement.setInt(2, position.shard());
        statement.setInt(3, position.leaderEpoch());
        statement.setLong(4, position.logEndOffset());
        return 5;
    }

    private static boolean wasThere(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            if (!row.getBoolean(2)) {
                throw new CoordinatorLoadInProgressException(
                        "Offsets are frozen for a migration; none is committed for a moment");
            }
            return row.getInt(1) == 1;
        }
    }

    private static int bindRecords(
            PGConnection arrays, PreparedStatement statement, int first, Collection<ShardRecord> records)
            throws SQLException {
        byte[][] keys = records.stream().map(ShardRecord::key).toArray(byte[][]::new);
        byte[][] values = records.stream().map(ShardRecord::value).toArray(byte[][]::new);
        statement.setArray(first, arrays.createArrayOf("bytea", keys));
        statement.setArray(first + 1, arrays.createArrayOf("bytea", values));
        statement.setArray(
                first + 2,
                arrays.createArrayOf(
                        "int8", records.stream().mapToLong(ShardRecord::offset).toArray()));
        return first + 3;
    }

    private static void bindOffsets(
            PGConnection arrays, PreparedStatement statement, int first, List<ShardRecord> records)
            throws SQLException {
        byte[][] keys = records.stream().map(ShardRecord::key).toArray(byte[][]::new);
        long[] offsets = records.stream().mapToLong(ShardRecord::offset).toArray();
        List<CommittedOffset> committed = records.stream()
                .map(record -> Objects.requireNonNull(record.committed()))
                .toList();
        statement.setArray(first, arrays.createArrayOf("bytea", keys));
        statement.setArray(first + 1, arrays.createArrayOf("int8", offsets));
        statement.setArray(first + 2, arrays.createArrayOf("text", objects(committed, row -> text(row.groupId()))));
        statement.setArray(first + 3, arrays.createArrayOf("text", objects(committed, CommittedOffset::topic)));
        statement.setArray(first + 4, arrays.createArrayOf("uuid", objects(committed, CommittedOffset::topicUuid)));
        statement.setArray(first + 5, arrays.createArrayOf("int4", ints(committed, CommittedOffset::partition)));
        statement.setArray(first + 6, arrays.createArrayOf("int8", longs(committed, CommittedOffset::offset)));
        statement.setArray(first + 7, arrays.createArrayOf("int4", ints(committed, CommittedOffset::leaderEpoch)));
        statement.setArray(first + 8, arrays.createArrayOf("text", objects(committed, row -> text(row.metadata()))));
        statement.setArray(
                first + 9, arrays.createArrayOf("int8", longs(committed, CommittedOffset::commitTimestampMs)));
        statement.setArray(
                first + 10, arrays.createArrayOf("int8", longs(committed, CommittedOffset::expireTimestampMs)));
    }

    /** Postgres's text cannot hold the character 0. */
    private static String text(String value) {
        return value.replace('\0', '\uFFFD');
    }

    private static Object[] objects(List<CommittedOffset> rows, Function<CommittedOffset, Object> column) {
        return rows.stream().map(column).toArray();
    }

    private static int[] ints(List<CommittedOffset> rows, ToIntFunction<CommittedOffset> column) {
        return rows.stream().mapToInt(column).toArray();
    }

    private static long[] longs(List<CommittedOffset> rows, ToLongFunction<CommittedOffset> column) {
        return rows.stream().mapToLong(column).toArray();
    }
}
