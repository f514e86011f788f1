package io.tailrace.forwarder.reverse;

import io.tailrace.forwarder.decode.HeaderText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * Writes records as rows of the log, of the shape that the broker writes: one for each record, without a producer. They go
 * into the topic's own leaf, since a session of Postgres may not see it through {@code kafka.messages} for a moment. Confined to
 * one thread.
 */
final class LogRows {
    private static final String INSERT =
            """
            INSERT INTO kafka.messages_%d (topic_id, partition_id, partition_offset, key, value, headers, timestamp_ms,
                                           attributes, global_offset)
            SELECT ?, ?, r.partition_offset, r.key, r.value, r.headers::jsonb, r.timestamp_ms, r.attributes, r.global_offset
            FROM unnest(?::bigint[], ?::bytea[], ?::bytea[], ?::text[], ?::bigint[], ?::smallint[], ?::bigint[])
                 AS r (partition_offset, key, value, headers, timestamp_ms, attributes, global_offset)""";

    /** Bit 3 of a row's attributes: the timestamp is the time of the append. */
    private static final short LOG_APPEND_TIME = 0x08;

    private final GlobalOffsets globalOffsets = new GlobalOffsets();

    /** In the transaction that has claimed their offsets. */
    void insert(Connection connection, Piece piece) throws SQLException {
        List<ConsumerRecord<byte[], byte[]>> records = piece.records();
        int count = records.size();
        Long[] offsets = new Long[count];
        Long[] globals = new Long[count];
        byte[][] keys = new byte[count][];
        byte[][] values = new byte[count][];
        for (int i = 0; i < count; i++) {
            offsets[i] = piece.of().next() + i;
            globals[i] = globalOffsets.next(connection);
            keys[i] = records.get(i).key();
            values[i] = records.get(i).value();
        }
        try (PreparedStatement statement =
                connection.prepareStatement(INSERT.formatted(piece.of().topicId()))) {
            statement.setInt(1, piece.of().topicId());
            statement.setInt(2, piece.of().partition());
            statement.setArray(3, connection.createArrayOf("int8", offsets));
            statement.setArray(4, connection.createArrayOf("bytea", keys));
            statement.setArray(5, connection.createArrayOf("bytea", values));
            setArray(statement, 6, "text", records.stream().map(LogRows::headers));
            setArray(statement, 7, "int8", records.stream().map(ConsumerRecord::timestamp));
            setArray(statement, 8, "int2", records.stream().map(LogRows::attributes));
            statement.setArray(9, connection.createArrayOf("int8", globals));
            statement.executeUpdate();
        }
    }

    private static @Nullable String headers(ConsumerRecord<byte[], byte[]> record) {
        return HeaderText.of(List.of(record.headers().toArray()));
    }

    private static short attributes(ConsumerRecord<byte[], byte[]> record) {
        return record.timestampType() == TimestampType.LOG_APPEND_TIME ? LOG_APPEND_TIME : 0;
    }

    static void setArray(PreparedStatement statement, int index, String type, Stream<?> values) throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
    }
}
