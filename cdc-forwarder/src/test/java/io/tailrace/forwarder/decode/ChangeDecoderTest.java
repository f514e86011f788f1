package io.tailrace.forwarder.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

final class ChangeDecoderTest {
    private static final Schema ROW = SchemaBuilder.struct()
            .field("topic_id", Schema.INT32_SCHEMA)
            .field("partition_id", Schema.INT32_SCHEMA)
            .field("partition_offset", Schema.INT64_SCHEMA)
            .field("record_count", Schema.INT32_SCHEMA)
            .field("key", Schema.OPTIONAL_BYTES_SCHEMA)
            .field("value", Schema.OPTIONAL_BYTES_SCHEMA)
            .field("headers", Schema.OPTIONAL_STRING_SCHEMA)
            .field("timestamp_ms", Schema.INT64_SCHEMA)
            .field("batch", Schema.OPTIONAL_BYTES_SCHEMA)
            .field("attributes", Schema.INT16_SCHEMA)
            .build();

    private final ChangeDecoder decoder = new ChangeDecoder();

    private static Struct row() {
        return new Struct(ROW)
                .put("topic_id", 3)
                .put("partition_id", 2)
                .put("partition_offset", 41L)
                .put("record_count", 1)
                .put("timestamp_ms", 99L)
                .put("attributes", (short) 0);
    }

    private static SourceRecord change(Struct row) {
        Schema envelope = SchemaBuilder.struct().field("after", row.schema()).build();
        return new SourceRecord(
                Map.of(), Map.of(), "tailrace.kafka.messages", envelope, new Struct(envelope).put("after", row));
    }

    @Test
    void shouldReadEveryColumn() {
        // Given
        Struct row = row().put("key", ByteBuffer.wrap(new byte[] {1}))
                .put("value", ByteBuffer.wrap(new byte[] {9, 2, 3, 9}, 1, 2))
                .put("headers", "[{\"key\": \"h\", \"value\": \"v\"}]");

        // When
        LogRow read = (LogRow) decoder.decode(change(row));

        // Then
        assertThat(read).hasToString("topic 3, partition 2, offset 41");
        assertThat(read.timestampMs()).isEqualTo(99);
        assertThat(read.key()).containsExactly(1);
        assertThat(read.value()).containsExactly(2, 3);
        assertThat(read.headers()).hasSize(1);
    }

    @Test
    void shouldTellNullFromEmpty() {
        // When
        LogRow read = (LogRow) decoder.decode(change(row().put("value", ByteBuffer.allocate(0))));

        // Then
        assertThat(read.key()).isNull();
        assertThat(read.value()).isEmpty();
    }

    @Test
    void shouldKeepOnlyThePlaceOfATransactionsRecord() {
        // When
        Change read = decoder.decode(change(row().put("attributes", (short) 0x10)));

        // Then
        assertThat(read).isEqualTo(new PendingRow(3, 2, 41, 1));
    }

    @Test
    void shouldReadAnOutcome() {
        // Given
        Schema marker = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA).build();

        // When
        Outcome read = ChangeDecoder.decodeOutcome(change(new Struct(marker).put("id", 5L)));

        // Then
        assertThat(read).isEqualTo(new Outcome(5));
    }

    @Test
    void shouldKeepABatchAsItIs() {
        // Given
        Struct row = row().put("batch", ByteBuffer.wrap(new byte[] {1, 2, 3})).put("record_count", 5);

        // When
        LogBatch read = (LogBatch) decoder.decode(change(row));

        // Then
        assertThat(read).hasToString("topic 3, partition 2, batch at offset 41");
        assertThat(read.endExc()).isEqualTo(46);
        assertThat(read.bytes()).containsExactly(1, 2, 3);
    }

    @Test
    void shouldKeepOnlyThePlaceOfATransactionsBatch() {
        // Given
        Struct row = row().put("batch", ByteBuffer.allocate(61))
                .put("record_count", 5)
                .put("attributes", (short) 0x10);

        // When
        Change read = decoder.decode(change(row));

        // Then
        assertThat(read).isEqualTo(new PendingRow(3, 2, 41, 5));
        assertThat(((PendingRow) read).endExc()).isEqualTo(46);
    }

    @Test
    void shouldNotTakeForARecordWhatCoversSeveralOffsets() {
        assertThatThrownBy(() -> decoder.decode(change(row().put("record_count", 5))))
                .isInstanceOf(UnreadableRowException.class)
                .hasMessageContaining("topic 3, partition 2, offset 41")
                .hasMessageContaining("covers 5 offsets without a batch");
    }

    @Test
    void shouldNotSkipMalformedHeaders() {
        assertThatThrownBy(() -> decoder.decode(change(row().put("headers", "{}"))))
                .isInstanceOf(UnreadableRowException.class)
                .hasMessageContaining("topic 3, partition 2, offset 41");
    }

    @Test
    void shouldNameAMissingColumn() {
        Schema schema =
                SchemaBuilder.struct().field("topic_id", Schema.INT32_SCHEMA).build();

        assertThatThrownBy(() -> decoder.decode(change(new Struct(schema).put("topic_id", 1))))
                .isInstanceOf(UnreadableRowException.class)
                .hasMessageContaining("partition_id");
    }
}
