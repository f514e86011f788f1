package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Crc32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchPayloadTest {

    private static final int BOUND = 1024 * 1024;

    private static ByteBuffer read(MemoryRecords records) {
        return new BatchPayload(BOUND)
                .records(Batches.pending(Batches.partition(Map.of()), records).batch());
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldGiveTheSameRecordsForEveryCodec(CompressionType type) {
        // When
        ByteBuffer records = read(Batches.compressed(type, Batches.simpleRecords(500)));

        // Then
        assertThat(records).isEqualTo(read(Batches.plain(500)));
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldGiveRecordsThatAreLargerThanItsBufferAtFirst(CompressionType type) {
        // Given
        byte[] value = new byte[300_000];
        new Random(1).nextBytes(value);

        // When
        ByteBuffer records = read(Batches.compressed(type, new SimpleRecord(value)));

        // Then
        assertThat(records.remaining()).isGreaterThan(value.length);
        assertThat(records.slice(records.limit() - 1 - value.length, value.length))
                .isEqualTo(ByteBuffer.wrap(value));
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void shouldRefuseADecompressionBomb(CompressionType type) {
        // Given
        MemoryRecords bomb = Batches.compressed(type, new SimpleRecord(new byte[20 * BOUND]));
        assertThat(bomb.sizeInBytes()).isLessThan(2 * BOUND);

        // Then
        assertThatThrownBy(() -> new BatchPayload(BOUND)
                        .records(new IncomingBatch(
                                (DefaultRecordBatch) bomb.batches().iterator().next(), bomb.buffer())))
                .isInstanceOf(RecordTooLargeException.class)
                .hasMessageContaining("log.max_uncompressed_batch_bytes");
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void shouldRefuseWhatCannotBeDecompressed(CompressionType type) {
        // Given: a batch with a right checksum over garbage
        ByteBuffer bytes = Batches.compressed(type, Batches.simpleRecords(200)).buffer();
        for (int i = 61; i < bytes.limit(); i++) {
            bytes.put(i, (byte) 0x5a);
        }
        bytes.putInt(17, (int) Crc32C.compute(bytes, 21, bytes.remaining() - 21));

        // Then
        assertThatThrownBy(() -> read(MemoryRecords.readableRecords(bytes)))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining(type.name);
    }

    @Test
    void shouldNotTakeSnappyByItsWord() {
        // Given: the header of a stream, and then a chunk of two gigabytes, of which nothing follows
        ByteBuffer bytes = Batches.compressed(CompressionType.SNAPPY, Batches.simpleRecords(200))
                .buffer();
        bytes.putInt(61 + 16, Integer.MAX_VALUE);
        bytes.putInt(17, (int) Crc32C.compute(bytes, 21, bytes.remaining() - 21));

        // Then
        assertThatThrownBy(() -> read(MemoryRecords.readableRecords(bytes)))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("a chunk says it has 2147483647 bytes");
    }
}
