package io.tailrace.broker.outbox;

import io.tailrace.broker.log.AppendStep;
import io.tailrace.broker.log.HeaderJson;
import io.tailrace.broker.log.PartitionId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** The SQL of {@code kafka.outbox}. Stateless; each call runs on the connection given. */
final class OutboxStore {

    private static final int PAGE_ROWS = 2000;
    private static final int PAGE_BYTES = 8 << 20;

    private static final String PAGE =
            """
            SELECT id, topic_id, partition_id, key, value, headers, timestamp_ms
            FROM (SELECT *, sum(coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0)
                                + coalesce(pg_column_size(headers), 0))
                            OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
                  FROM (SELECT * FROM kafka.outbox
                        WHERE failure IS NULL
                            AND NOT EXISTS (SELECT FROM unnest(?::int[], ?::int[]) AS blocked (topic, partition)
                                            WHERE blocked.topic = topic_id AND blocked.partition = partition_id)
                        ORDER BY id LIMIT ?) AS waiting) AS sized
            WHERE coalesce(bytes_before, 0) < ?
            ORDER BY id
            """;

    /** All or nothing: of rows that are not there any more, another broker or a user has made something else. */
    private static final String TAKE =
            """
            WITH present AS (SELECT id FROM kafka.outbox WHERE id = ANY (?) AND failure IS NULL FOR UPDATE)
            DELETE FROM kafka.outbox o USING present p
            WHERE o.id = p.id AND (SELECT count(*) FROM present) = ?
            """;

    private static final String FAIL = "UPDATE kafka.outbox SET failure = ? WHERE id = ANY (?) AND failure IS NULL";

    private static final String EXISTS =
            "SELECT FROM kafka.topics WHERE id = ? AND deleted_at IS NULL AND partitions > ?";

    private OutboxStore() {}

    /**
     * The oldest rows that wait, as many as memory can well hold, in the order in which they were produced.
     *
     * @param blocked the partitions whose rows are left out
     */
    static List<OutboxRow> page(Connection connection, Set<PartitionId> blocked) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PAGE)) {
            List<PartitionId> partitions = List.copyOf(blocked);
            statement.setArray(1, integers(connection, partitions, PartitionId::topicId));
            statement.setArray(2, integers(connection, partitions, PartitionId::partition));
            statement.setInt(3, PAGE_ROWS);
            statement.setInt(4, PAGE_BYTES);
            try (ResultSet rows = statement.executeQuery()) {
                List<OutboxRow> page = new ArrayList<>();
                while (rows.next()) {
                    page.add(row(rows));
                }
                return page;
            }
        }
    }

    private static Array integers(Connection connection, List<PartitionId> of, Function<PartitionId, Integer> part)
            throws SQLException {
        return connection.createArrayOf("int4", of.stream().map(part).toArray());
    }

    private static OutboxRow row(ResultSet row) throws SQLException {
        String headers = row.getString(6);
        SimpleRecord record = new SimpleRecord(
                row.getLong(7),
                row.getBytes(4),
                row.getBytes(5),
                headers == null ? Record.EMPTY_HEADERS : HeaderJson.decode(headers));
        return new OutboxRow(row.getLong(1), new PartitionId(row.getInt(2), row.getInt(3)), record);
    }

    /** Takes the rows out of the outbox in the transaction that writes their records. */
    static AppendStep take(List<OutboxRow> rows) {
        return connection -> {
            try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
                statement.setArray(1, ids(connection, rows));
                statement.setInt(2, rows.size());
                if (statement.executeUpdate() != rows.size()) {
                    throw new RowsGoneException();
                }
            }
        };
    }

    /** Keeps the rows, with the reason why they cannot be written. */
    static void fail(Connection connection, List<OutboxRow> rows, String reason) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FAIL)) {
            statement.setString(1, reason);
            statement.setArray(2, ids(connection, rows));
            statement.executeUpdate();
        }
    }

    /** True if Postgres knows the partition, which memory may hear of a moment later. */
    static boolean exists(Connection connection, PartitionId partition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXISTS)) {
            statement.setInt(1, partition.topicId());
            statement.setInt(2, partition.partition());
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private static Array ids(Connection connection, List<OutboxRow> rows) throws SQLException {
        return connection.createArrayOf("int8", rows.stream().map(OutboxRow::id).toArray());
    }
}
