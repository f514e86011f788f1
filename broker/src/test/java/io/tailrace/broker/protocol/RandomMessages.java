package io.tailrace.broker.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Messages with every field of their version set to something, made from kafka-clients' schemas: bytes that a client could
 * have sent. The same seed makes the same messages.
 */
public final class RandomMessages {
    private final Random random;

    public RandomMessages(long seed) {
        this.random = new Random(seed);
    }

    /** The body of a request, without header. */
    public ByteBuffer requestBody(ApiKeys apiKey, short version) {
        return bytes(apiKey.messageType.requestSchemas()[version]);
    }

    /** The body of a response, without header. */
    public ByteBuffer responseBody(ApiKeys apiKey, short version) {
        return bytes(apiKey.messageType.responseSchemas()[version]);
    }

    private ByteBuffer bytes(Schema schema) {
        Struct struct = struct(schema);
        ByteBuffer buffer = ByteBuffer.allocate(schema.sizeOf(struct));
        schema.write(buffer, struct);
        return buffer.flip();
    }

    private Struct struct(Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.type));
        }
        return struct;
    }

    private Object value(Type type) {
        if (type instanceof Schema schema) {
            return struct(schema);
        }
        if (type instanceof TaggedFields tagged) {
            return taggedFields(tagged);
        }
        if (type.isArray()) {
            Type element = type.arrayElementType().orElseThrow();
            Object[] elements = new Object[random.nextInt(3)];
            Arrays.setAll(elements, i -> value(element));
            return elements;
        }
        return scalar((Type.DocumentedType) type);
    }

    private NavigableMap<Integer, Object> taggedFields(TaggedFields tagged) {
        NavigableMap<Integer, Object> values = new TreeMap<>();
        tagged.fields().forEach((tag, field) -> values.put(tag, taggedValue(field)));
        return values;
    }

    private Object taggedValue(Field field) {
        return value(field.type);
    }

    private Object scalar(Type.DocumentedType type) {
        return switch (type.typeName()) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) (1 + random.nextInt(2));
            case "INT16" -> (short) random.nextInt(3);
            case "UINT16" -> random.nextInt(65536);
            case "INT32" -> random.nextInt(1000);
            case "UINT32" -> (long) random.nextInt(1000);
            case "INT64" -> random.nextLong();
            case "FLOAT64" -> random.nextDouble();
            case "UUID" -> new Uuid(random.nextLong(), random.nextLong());
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" ->
                ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8));
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" -> records();
            default -> text();
        };
    }

    private String text() {
        return "text-" + Integer.toString(random.nextInt(), 36);
    }

    private MemoryRecords records() {
        byte[] value = new byte[random.nextInt(50_000)];
        random.nextBytes(value);
        return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1L, new byte[] {1}, value));
    }
}
