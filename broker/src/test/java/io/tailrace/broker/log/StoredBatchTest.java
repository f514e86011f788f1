package io.tailrace.broker.log;

import static io.tailrace.broker.log.LogFixture.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Crc32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredBatchTest {

    private static final long BASE_OFFSET = 5_000_000_000L;
    private static final int COUNT = 1000;

    private final BatchDecoder decoder = new BatchDecoder();

    /** Keys, values, headers, records without a key or a value, and times that go up and down. */
    private static List<SimpleRecord> records() {
        return IntStream.range(0, COUNT).mapToObj(StoredBatchTest::simpleRecord).toList();
    }

    private static SimpleRecord simpleRecord(int i) {
        Header[] headers = {new RecordHeader("h" + i, utf8("x")), new RecordHeader("none", null)};
        return new SimpleRecord(
                1_700_000_000_000L + i * 37L % COUNT,
                i % 10 == 3 ? null : utf8("k" + i),
                i % 10 == 4 ? null : utf8("v".repeat(i % 50)),
                i % 3 == 0 ? headers : Record.EMPTY_HEADERS);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static StoredBatch stored(CompressionType codec) {
        return of(StoredRows.batch(BASE_OFFSET, codec, records()));
    }

    private static StoredBatch of(ByteBuffer bytes) {
        return StoredBatch.of(bytes, BASE_OFFSET, BASE_OFFSET + COUNT);
    }

    private static List<Record> readByKafka(StoredBatch batch) {
        List<Record> read = new ArrayList<>();
        MemoryRecords.readableRecords(ByteBuffer.wrap(batch.toBytes()))
                .records()
                .forEach(read::add);
        return read;
    }

    private static BitSet multiplesOf(int number) {
        BitSet bits = new BitSet();
        IntStream.range(0, COUNT).filter(i -> i % number == 0).forEach(bits::set);
        return bits;
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldReadWhatKafkaReads(CompressionType codec) {
        // Given
        StoredBatch batch = stored(codec);

        // When
        List<DefaultRecord> read = new ArrayList<>();
        decoder.decode(batch).forEach(read::add);

        // Then: of a record's length and sequence too
        assertThat(read).hasSize(COUNT);
        assertThat(new ArrayList<Record>(read)).isEqualTo(readByKafka(batch));
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldLeaveOutRecordsAndKeepOffsetsAndCodec(CompressionType codec) {
        // Given
        StoredBatch batch = stored(codec);
        List<Record> before = readByKafka(batch);
        BitSet dropped = multiplesOf(3);
        // The first record, from whose time the others count, and the last, which ends the batch.
        dropped.set(COUNT - 1);

        // When
        StoredBatch after = decoder.decode(batch).without(dropped);

        // Then
        List<Record> expected = IntStream.range(0, COUNT)
                .filter(i -> !dropped.get(i))
                .mapToObj(before::get)
                .toList();
        assertThat(readByKafka(after)).isEqualTo(expected);
        RecordBatch header = after.header();
        assertThat(header.compressionType()).isEqualTo(codec);
        assertThat(header.baseOffset()).isEqualTo(BASE_OFFSET);
        assertThat(header.lastOffset()).isEqualTo(BASE_OFFSET + COUNT - 1);
        assertThat(header.countOrNull()).isEqualTo(expected.size());
        assertThat(header.deleteHorizonMs()).isEmpty();
        assertThat(after.maxTimestampMs())
                .isEqualTo(expected.stream().mapToLong(Record::timestamp).max().orElseThrow());
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldLeaveOutMoreAndMore(CompressionType codec) {
        // Given
        BitSet first = multiplesOf(2);
        StoredBatch batch = decoder.decode(stored(codec)).without(first);

        // When: by their places in what is left
        BitSet second = new BitSet();
        second.set(1, COUNT / 2);
        StoredBatch after = decoder.decode(batch).without(second);

        // Then
        assertThat(readByKafka(after)).extracting(Record::offset).containsExactly(BASE_OFFSET + 1);
        assertThat(after.header().lastOffset()).isEqualTo(BASE_OFFSET + COUNT - 1);
    }

    @Test
    void shouldKeepTheTimeOfTheAppend() {
        // Given
        StoredBatch batch = of(StoredRows.withLogAppendTime(
                StoredRows.batch(BASE_OFFSET, CompressionType.ZSTD, records()), 1_800_000_000_000L));

        // When
        StoredBatch after = decoder.decode(batch).without(multiplesOf(2));

        // Then
        assertThat(after.header().timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(readByKafka(after)).hasSize(COUNT / 2).allMatch(record -> record.timestamp() == 1_800_000_000_000L);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldFindRecordsByTime(CompressionType codec) {
        // Given
        StoredBatch batch = of(StoredRows.batch(
                BASE_OFFSET,
                codec,
                IntStream.range(0, COUNT)
                        .mapToObj(i -> record(i == 400 || i == 700 ? 5000 : i, "k", "v"))
                        .toList()));

        // Then
        assertThat(batch.firstAtOrAfter(300, 0, Long.MAX_VALUE)).contains(new FoundOffset(BASE_OFFSET + 300, 300));
        assertThat(batch.firstAtOrAfter(999, 0, Long.MAX_VALUE)).contains(new FoundOffset(BASE_OFFSET + 400, 5000));
        assertThat(batch.firstAtOrAfter(999, BASE_OFFSET + 401, Long.MAX_VALUE))
                .contains(new FoundOffset(BASE_OFFSET + 700, 5000));
        assertThat(batch.firstAtOrAfter(999, 0, BASE_OFFSET + 400)).isEmpty();
        assertThat(batch.firstAtOrAfter(5001, 0, Long.MAX_VALUE)).isEmpty();
        assertThat(batch.latest(0)).contains(new FoundOffset(BASE_OFFSET + 400, 5000));
        assertThat(batch.latest(BASE_OFFSET + 701)).contains(new FoundOffset(BASE_OFFSET + 999, 999));
        assertThat(batch.latest(BASE_OFFSET + COUNT)).isEmpty();
    }

    @Test
    void shouldFindTheFirstRecordOfABatchWithTheTimeOfItsAppend() {
        // Given
        StoredBatch batch = of(StoredRows.withLogAppendTime(
                StoredRows.batch(BASE_OFFSET, CompressionType.GZIP, records()), 1_800_000_000_000L));

        // Then
        assertThat(batch.firstAtOrAfter(1_799_999_999_999L, 0, Long.MAX_VALUE))
                .contains(new FoundOffset(BASE_OFFSET, 1_800_000_000_000L));
        assertThat(batch.latest(BASE_OFFSET + 7)).contains(new FoundOffset(BASE_OFFSET + 7, 1_800_000_000_000L));
    }

    @Test
    void shouldRefuseWhatIsNotTheBatchOfItsRow() {
        // Given
        ByteBuffer bytes = StoredRows.batch(BASE_OFFSET, CompressionType.LZ4, records());

        // Then
        assertThatThrownBy(() -> StoredBatch.of(bytes, BASE_OFFSET + 1, BASE_OFFSET + COUNT))
                .isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> StoredBatch.of(bytes, BASE_OFFSET, BASE_OFFSET + COUNT + 1))
                .isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> of(bytes.slice(0, bytes.limit() - 1))).isInstanceOf(CorruptRecordException.class);
        assertThatThrownBy(() -> of(ByteBuffer.allocate(3))).isInstanceOf(CorruptRecordException.class);
    }

    @Test
    void shouldRefuseAWrongChecksum() {
        // Given
        ByteBuffer bytes = StoredRows.batch(BASE_OFFSET, CompressionType.NONE, records());
        int last = bytes.limit() - 1;
        bytes.put(last, (byte) (bytes.get(last) + 1));

        // Then
        assertThatThrownBy(() -> of(bytes)).isInstanceOf(CorruptRecordException.class);
    }

    @Test
    void shouldRefuseABatchThatHoldsMoreThanItSays() {
        // Given: with a right checksum
        ByteBuffer bytes = StoredRows.batch(BASE_OFFSET, CompressionType.NONE, records());
        bytes.putInt(DefaultRecordBatch.RECORDS_COUNT_OFFSET, COUNT - 1);
        bytes.putInt(17, (int) Crc32C.compute(bytes, 21, bytes.limit() - 21));
        BatchRecords read = decoder.decode(of(bytes));

        // Then
        assertThatThrownBy(
                        () -> read.forEach(record -> assertThat(record.offset()).isPositive()))
                .hasMessageContaining("goes on behind its last record");
    }
}
