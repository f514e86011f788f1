package io.tailrace.forwarder;

import io.tailrace.forwarder.decode.Batches;
import io.tailrace.local.PostgresAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Writes into the log as the broker does: a transaction moves {@code next_offset} of its partitions and brings the rows
 * in, by COPY where they are records. The value of a record is its offset, so that what arrives can be checked without
 * remembering it.
 */
final class SourceLog implements AutoCloseable {
    /** Recent, so that the target's retention does not take them at once. */
    private static final long FIRST_TIMESTAMP_MS = System.currentTimeMillis();

    private final PostgresAddress address;
    private final Shape shape;
    private final BatchRows batches = new BatchRows();
    private @Nullable Connection connection;

    /** What a row holds: {@code storage.format}. */
    enum Shape {
        RECORDS,
        BATCHES
    }

    /** Rows are records. */
    SourceLog(PostgresAddress address) {
        this(address, Shape.RECORDS);
    }

    SourceLog(PostgresAddress address, Shape shape) {
        this.address = address;
        this.shape = shape;
    }

    int createTopic(String name, int partitions) {
        return createTopic(name, partitions, "{}");
    }

    int createTopic(String name, int partitions, String config) {
        return run(database -> {
            int id = insertTopic(database, name, partitions, config);
            try (Statement statement = database.createStatement()) {
                statement.execute("INSERT INTO kafka.partitions (topic_id, partition_id) SELECT " + id
                        + ", p FROM generate_series(0, " + (partitions - 1) + ") p");
                statement.execute("CREATE TABLE kafka.messages_" + id + " (LIKE kafka.messages INCLUDING ALL)");
                statement.execute("ALTER TABLE kafka.messages ATTACH PARTITION kafka.messages_" + id
                        + " FOR VALUES IN (" + id + ")");
            }
            return id;
        });
    }

    private static int insertTopic(Connection database, String name, int partitions, String config)
            throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(
                "INSERT INTO kafka.topics (topic_uuid, name, partitions, config) VALUES (?, ?, ?, ?::jsonb) RETURNING id")) {
            statement.setObject(1, UUID.randomUUID());
            statement.setString(2, name);
            statement.setInt(3, partitions);
            statement.setString(4, config);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** One transaction with so many records. @return the first offset */
    long append(int topicId, int partition, int records) {
        return run(database -> {
            long first = reserve(database, topicId, partition, records);
            if (shape == Shape.BATCHES) {
                batches.append(database, topicId, partition, first, numbered(first, records, new byte[] {'k'}), null);
                return first;
            }
            StringBuilder rows = new StringBuilder();
            for (long offset = first; offset < first + records; offset++) {
                rows.append(topicId).append('\t').append(partition).append('\t').append(offset);
                rows.append("\t\\\\x6b\t\\\\x")
                        .append(hex(Long.toString(offset)))
                        .append('\t');
                rows.append(FIRST_TIMESTAMP_MS + offset)
                        .append('\t')
                        .append(offset)
                        .append('\n');
            }
            database.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY kafka.messages (topic_id, partition_id, partition_offset, key, value, timestamp_ms, global_offset) FROM STDIN",
                            new ByteArrayInputStream(rows.toString().getBytes(StandardCharsets.US_ASCII)));
            return first;
        });
    }

    private static List<SimpleRecord> numbered(long first, int records, byte @Nullable [] key) {
        return LongStream.range(first, first + records)
                .mapToObj(offset -> new SimpleRecord(
                        FIRST_TIMESTAMP_MS + offset, key, Long.toString(offset).getBytes(StandardCharsets.US_ASCII)))
                .toList();
    }

    /** So many records in an open transaction of the producer. @return the first offset */
    long appendPending(int topicId, int partition, int records, long producerId) {
        return run(database -> {
            long first = reserve(database, topicId, partition, records);
            String rows =
                    """
                    INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, value, timestamp_ms, attributes,
                                                producer_id, producer_epoch, global_offset)
                    SELECT %d, %d, o, convert_to(o::text, 'UTF8'), %d + o, 16, %d, 0, o
                    FROM generate_series(%d, %d) AS o"""
                            .formatted(topicId, partition, FIRST_TIMESTAMP_MS, producerId, first, first + records - 1);
            String registration =
                    """
                    INSERT INTO kafka.transaction_partitions AS p (producer_id, topic_id, partition_id, producer_epoch,
                                                                   first_offset, last_offset)
                    VALUES (%d, %d, %d, 0, %d, %d)
                    ON CONFLICT (producer_id, topic_id, partition_id) DO UPDATE SET last_offset = excluded.last_offset"""
                            .formatted(producerId, topicId, partition, first, first + records - 1);
            try (Statement statement = database.createStatement()) {
                if (shape == Shape.BATCHES) {
                    batches.append(database, topicId, partition, first, numbered(first, records, null), producerId);
                } else {
                    statement.execute(rows);
                }
                statement.execute(registration);
            }
            return first;
        });
    }

    void commit(long producerId) {
        decide(producerId, true);
    }

    void abort(long producerId) {
        decide(producerId, false);
    }

    private void decide(long producerId, boolean committed) {
        run(database -> {
            try (Statement statement = database.createStatement()) {
                if (!committed) {
                    statement.execute("DELETE FROM kafka.messages m USING kafka.transaction_partitions p"
                            + " WHERE p.producer_id = " + producerId + " AND m.producer_id = p.producer_id"
                            + " AND m.topic_id = p.topic_id AND m.partition_id = p.partition_id"
                            + " AND m.partition_offset >= p.first_offset");
                }
                statement.execute("DELETE FROM kafka.transaction_partitions WHERE producer_id = " + producerId);
                statement.execute(
                        "INSERT INTO kafka.transaction_markers (transactional_id, producer_id, producer_epoch, committed, partitions)"
                                + " VALUES ('test', " + producerId + ", 0, " + committed + ", '[]')");
            }
            return committed;
        });
    }

    /** Deletes records, as compaction does. */
    void delete(int topicId, int partition, LongPredicate gone) {
        run(database -> {
            batches.delete(database, topicId, partition, gone);
            try (PreparedStatement statement = database.prepareStatement(
                    "DELETE FROM kafka.messages WHERE topic_id = ? AND partition_id = ? AND partition_offset = ANY (?)"
                            + " AND batch IS NULL")) {
                statement.setInt(1, topicId);
                statement.setInt(2, partition);
                statement.setArray(3, database.createArrayOf("int8", matching(gone)));
                return statement.executeUpdate();
            }
        });
    }

    private static Object[] matching(LongPredicate gone) {
        return LongStream.range(0, 10_000).filter(gone).boxed().toArray();
    }

    /** One record with exactly this content. Attributes: 8, where the time is that of the append. */
    long append(
            int topicId,
            int partition,
            byte @Nullable [] key,
            byte @Nullable [] value,
            @Nullable String headers,
            long timestampMs,
            int attributes) {
        return run(database -> {
            long offset = reserve(database, topicId, partition, 1);
            if (shape == Shape.BATCHES) {
                boolean appended = attributes != 0 || timestampMs < -1;
                Header[] all = Batches.headers(headers);
                SimpleRecord record = new SimpleRecord(appended ? 17 : timestampMs, key, value, all);
                batches.append(database, topicId, partition, offset, record, appended ? timestampMs : null);
                return offset;
            }
            try (PreparedStatement statement = database.prepareStatement(
                    """
                    INSERT INTO kafka.messages (topic_id, partition_id, partition_offset, key, value, headers,
                                                timestamp_ms, attributes, global_offset)
                    VALUES (?, ?, ?, ?, ?, ?::jsonb, ?, ?, 0)""")) {
                statement.setInt(1, topicId);
                statement.setInt(2, partition);
                statement.setLong(3, offset);
                statement.setBytes(4, key);
                statement.setBytes(5, value);
                statement.setString(6, headers);
                statement.setLong(7, timestampMs);
                statement.setInt(8, attributes);
                statement.executeUpdate();
            }
            return offset;
        });
    }

    private static long reserve(Connection database, int topicId, int partition, int records) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(
                "UPDATE kafka.partitions SET next_offset = next_offset + ? WHERE topic_id = ? AND partition_id = ? RETURNING next_offset")) {
            statement.setInt(1, records);
            statement.setInt(2, topicId);
            statement.setInt(3, partition);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1) - records;
            }
        }
    }

    /** Runs one statement in a transaction of its own. */
    void execute(String sql) {
        run(database -> {
            try (Statement statement = database.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** The first column of the first row as text, empty if there is none. */
    @Nullable
    String query(String sql) {
        return run(database -> {
            try (Statement statement = database.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                return row.next() ? String.valueOf(row.getString(1)) : "";
            }
        });
    }

    interface Work<T> {
        T run(Connection database) throws SQLException, IOException;
    }

    private synchronized <T> T run(Work<T> work) {
        try {
            Connection database = connection;
            if (database == null || database.isClosed()) {
                database = address.connect();
                database.setAutoCommit(false);
                connection = database;
            }
            T result = work.run(database);
            database.commit();
            return result;
        } catch (SQLException failed) {
            close();
            throw new IllegalStateException(failed);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String hex(String text) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            hex.append(Integer.toHexString(text.charAt(i)));
        }
        return hex.toString();
    }

    @Override
    public synchronized void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException gone) {
            // broken, and so closed
        }
        connection = null;
    }
}
