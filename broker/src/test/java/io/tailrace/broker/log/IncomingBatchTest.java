package io.tailrace.broker.log;

import static io.tailrace.broker.log.Batches.PRODUCE_VERSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.topic.TopicSettings;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Crc32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncomingBatchTest {

    private static final TopicSettings SETTINGS = TopicSettings.of(Map.of(), Map.of());

    private static IncomingBatch check(MemoryRecords records) {
        return IncomingBatch.of(records, PRODUCE_VERSION, SETTINGS);
    }

    /** A batch of three records with one number in its header changed, and its checksum right again. */
    private static MemoryRecords withHeaderInt(int position, int value) {
        ByteBuffer bytes = Batches.plain(3).buffer();
        bytes.putInt(position, value);
        // The checksum, at byte 17, covers all that follows it.
        long crc = Crc32C.compute(bytes, 21, bytes.remaining() - 21);
        bytes.putInt(17, (int) crc);
        return MemoryRecords.readableRecords(bytes);
    }

    @Test
    void shouldTakeAGoodBatch() {
        assertThat(check(Batches.plain(3)).count()).isEqualTo(3);
    }

    @Test
    void shouldRefuseAWrongChecksum() {
        // Given
        ByteBuffer bytes = Batches.plain(3).buffer();
        bytes.put(bytes.limit() - 1, (byte) (bytes.get(bytes.limit() - 1) ^ 1));

        // Then
        assertThatThrownBy(() -> check(MemoryRecords.readableRecords(bytes)))
                .isInstanceOf(CorruptRecordException.class);
    }

    @Test
    void shouldRefuseACountThatIsNotThatOfTheOffsets() {
        assertThatThrownBy(() -> check(withHeaderInt(DefaultRecordBatch.RECORDS_COUNT_OFFSET, 4)))
                .isInstanceOf(InvalidRecordException.class)
                .hasMessageContaining("count of 4");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7})
    void shouldRefuseACodecThatNobodyKnows(int codec) {
        // Given: the low bits of the attributes, which stand before the four bytes of the last offset's delta
        MemoryRecords records = withHeaderInt(DefaultRecordBatch.LAST_OFFSET_DELTA_OFFSET - 2, codec << 16);

        // Then
        assertThatThrownBy(() -> check(records))
                .isInstanceOf(InvalidRecordException.class)
                .hasMessageContaining("compression type");
        assertThatThrownBy(() -> IncomingBatch.of(records, (short) 3, SETTINGS))
                .isInstanceOf(InvalidRecordException.class)
                .hasMessageContaining("compression type");
    }

    @Test
    void shouldRefuseMoreThanOneBatch() {
        // Given
        ByteBuffer one = Batches.plain(1).buffer();
        ByteBuffer two = ByteBuffer.allocate(2 * one.remaining())
                .put(one.duplicate())
                .put(one.duplicate())
                .flip();

        // Then
        assertThatThrownBy(() -> check(MemoryRecords.readableRecords(two)))
                .isInstanceOf(InvalidRecordException.class)
                .hasMessageContaining("exactly one record batch");
    }

    @Test
    void shouldRefuseNoBatchAtAll() {
        assertThatThrownBy(() -> check(MemoryRecords.EMPTY)).isInstanceOf(InvalidRecordException.class);
    }

    @Test
    void shouldRefuseTrailingBytes() {
        // Given
        ByteBuffer one = Batches.plain(1).buffer();
        ByteBuffer more = ByteBuffer.allocate(one.remaining() + 5).put(one).position(0);

        // Then
        assertThatThrownBy(() -> check(MemoryRecords.readableRecords(more))).isInstanceOf(InvalidRecordException.class);
    }

    @Test
    void shouldRefuseABatchAboveTheTopicsLimit() {
        // Given
        TopicSettings small = TopicSettings.of(Map.of(), Map.of("max.message.bytes", "100"));

        // Then
        assertThatThrownBy(() -> IncomingBatch.of(Batches.plain(100), PRODUCE_VERSION, small))
                .isInstanceOf(RecordTooLargeException.class)
                .hasMessageContaining("100");
    }

    @Test
    void shouldRefuseControlRecords() {
        // Given
        MemoryRecords marker = MemoryRecords.withEndTransactionMarker(
                0L, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 0));

        // Then
        assertThatThrownBy(() -> check(marker))
                .isInstanceOf(InvalidRecordException.class)
                .hasMessageContaining("control");
    }

    @Test
    void shouldRefuseANegativeSequenceOfAnIdempotentProducer() {
        // Given: bytes 43 to 57 of a batch are the producer's id and epoch and the first sequence.
        MemoryRecords records = withHeaderInt(43, 0);

        // Then
        assertThatThrownBy(() -> check(records))
                .isInstanceOf(InvalidRecordException.class)
                .hasMessageContaining("sequence");
    }

    @Test
    void shouldLeaveTransactionalRecordsToTheGroup() {
        // Given
        MemoryRecords records = MemoryRecords.withTransactionalRecords(
                Compression.NONE, 1L, (short) 0, 0, new SimpleRecord(Batches.utf8("v")));

        // Then
        assertThat(IncomingBatch.of(records, Batches.PRODUCE_VERSION, SETTINGS)
                        .header()
                        .isTransactional())
                .isTrue();
    }

    @Test
    void shouldRefuseZstdFromOldProduceRequests() {
        // Given
        MemoryRecords records = Batches.compressed(CompressionType.ZSTD, Batches.simpleRecords(1));

        // Then
        assertThatThrownBy(() -> IncomingBatch.of(records, (short) 6, SETTINGS))
                .isInstanceOf(UnsupportedCompressionTypeException.class);
    }
}
