package io.tailrace.forwarder.decode;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a row out of Debezium's change event (a Connect struct with the row in its field {@code after}). Looking a field
 * up by name costs a hash per column and row; so the fields are resolved once per schema, which Debezium keeps while
 * the table does not change. Confined to the thread that handles the stream.
 */
public final class ChangeDecoder {
    /** Kafka's bit in a batch's attributes for what was written in a transaction. */
    private static final int TRANSACTIONAL = 0x10;

    private @Nullable Columns columns;

    /**
     * A row that was inserted into {@code kafka.messages}.
     *
     * @throws UnreadableRowException if this is no row, or one in a shape that this version does not know
     */
    public Change decode(SourceRecord change) {
        Struct row = inserted(change);
        Columns resolved = columns;
        if (resolved == null || !resolved.schema().equals(row.schema())) {
            resolved = Columns.of(row.schema());
            columns = resolved;
        }
        return resolved.read(row);
    }

    /** A row that was inserted into {@code kafka.transaction_markers}. */
    public static Outcome decodeOutcome(SourceRecord change) {
        return new Outcome(inserted(change).getInt64("id"));
    }

    private static Struct inserted(SourceRecord change) {
        if (!(change.value() instanceof Struct envelope) || !(envelope.get("after") instanceof Struct row)) {
            throw new UnreadableRowException("a change that is no inserted row: " + change.topic());
        }
        return row;
    }

    private record Columns(
            Schema schema,
            Field topicId,
            Field partition,
            Field offset,
            Field recordCount,
            Field key,
            Field value,
            Field headers,
            Field timestampMs,
            Field batch,
            Field attributes) {

        static Columns of(Schema schema) {
            return new Columns(
                    schema,
                    field(schema, "topic_id"),
                    field(schema, "partition_id"),
                    field(schema, "partition_offset"),
                    field(schema, "record_count"),
                    field(schema, "key"),
                    field(schema, "value"),
                    field(schema, "headers"),
                    field(schema, "timestamp_ms"),
                    field(schema, "batch"),
                    field(schema, "attributes"));
        }

        private static Field field(Schema schema, String name) {
            Field field = schema.field(name);
            if (field == null) {
                throw new UnreadableRowException(
                        "column " + name
                                + " is missing in the replication stream; the publication must publish it, as the broker's migrations do");
            }
            return field;
        }

        Change read(Struct row) {
            int topic = (Integer) row.get(topicId);
            int partitionId = (Integer) row.get(partition);
            long rowOffset = (Long) row.get(offset);
            if (((Short) row.get(attributes) & TRANSACTIONAL) != 0) {
                return new PendingRow(topic, partitionId, rowOffset, (Integer) row.get(recordCount));
            }
            LogBatch whole = ChangeDecoder.batch(
                    topic, partitionId, rowOffset, (Integer) row.get(recordCount), bytes(row.get(batch)));
            if (whole != null) {
                return whole;
            }
            return new LogRow(
                    topic,
                    partitionId,
                    rowOffset,
                    (Long) row.get(timestampMs),
                    bytes(row.get(key)),
                    bytes(row.get(value)),
                    readHeaders(topic, partitionId, rowOffset, (String) row.get(headers)));
        }
    }

    private static byte @Nullable [] bytes(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof byte[] array) {
            return array;
        }
        ByteBuffer buffer = (ByteBuffer) value;
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    /** The batch of a row; null if the row is a record. */
    static @Nullable LogBatch batch(int topicId, int partition, long offset, int count, byte @Nullable [] stored) {
        if (count < 1 || (stored == null && count > 1)) {
            throw UnreadableRowException.at(
                    topicId,
                    partition,
                    offset,
                    new IllegalArgumentException("a row that covers " + count + " offsets"
                            + (stored == null ? " without a batch" : "") + " is not known to this version"));
        }
        return stored == null ? null : new LogBatch(topicId, partition, offset, count, stored);
    }

    static List<Header> readHeaders(int topicId, int partition, long offset, @Nullable String json) {
        try {
            return HeaderJson.read(json);
        } catch (IllegalArgumentException malformed) {
            throw UnreadableRowException.at(topicId, partition, offset, malformed);
        }
    }
}
