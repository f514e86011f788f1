package io.tailrace.forwarder.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BatchRecordsTest {
    private static final int BOUND = 1 << 20;
    private static final int HEADER_BYTES = 61;

    private final BatchRecords batches = new BatchRecords(BOUND);

    private List<LogRow> read(LogBatch batch) {
        return read(batch, 0, Long.MAX_VALUE);
    }

    private List<LogRow> read(LogBatch batch, long startInc, long endExc) {
        List<LogRow> rows = new ArrayList<>();
        batches.read(batch, startInc, endExc).forEachRemaining(rows::add);
        return rows;
    }

    private static LogBatch row(long offset, int count, byte[] bytes) {
        return new LogBatch(3, 2, offset, count, bytes);
    }

    private static SimpleRecord[] numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new SimpleRecord(
                        1_000 + i, new byte[] {(byte) i}, ("value " + i).getBytes(StandardCharsets.US_ASCII)))
                .toArray(SimpleRecord[]::new);
    }

    private static NavigableMap<Long, SimpleRecord> at(long... offsets) {
        NavigableMap<Long, SimpleRecord> records = new TreeMap<>();
        for (long offset : offsets) {
            records.put(offset, new SimpleRecord(offset, Long.toString(offset).getBytes(StandardCharsets.US_ASCII)));
        }
        return records;
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldReadTheRecordsOfEveryCodec(CompressionType codec) {
        // Given
        byte[] bytes = Batches.of(codec, 500, numbered(300));

        // When
        List<LogRow> rows = read(row(500, 300, bytes));

        // Then
        assertThat(rows).hasSize(300);
        for (int i = 0; i < 300; i++) {
            assertThat(rows.get(i)).hasToString("topic 3, partition 2, offset " + (500 + i));
            assertThat(rows.get(i).timestampMs()).isEqualTo(1_000 + i);
            assertThat(rows.get(i).key()).containsExactly((byte) i);
            assertThat(rows.get(i).value()).asString(StandardCharsets.US_ASCII).isEqualTo("value " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldKeepNullsHeadersAndTheirOrderThoughTheBufferIsUsedAgain(CompressionType codec) {
        // Given
        Header[] headers = {
            new RecordHeader("b", new byte[] {1, 2}),
            new RecordHeader("a", null),
            new RecordHeader("b", new byte[0]),
            new RecordHeader("ü", "x".getBytes(StandardCharsets.UTF_8))
        };
        byte[] bytes = Batches.of(
                codec,
                0,
                new SimpleRecord(-1, (byte[]) null, null, headers),
                new SimpleRecord(7, new byte[0], new byte[0]));

        // When
        List<LogRow> rows = read(row(0, 2, bytes));
        read(row(0, 200, Batches.of(codec, 0, numbered(200))));

        // Then
        assertThat(rows.get(0).key()).isNull();
        assertThat(rows.get(0).value()).isNull();
        assertThat(rows.get(0).timestampMs()).isEqualTo(-1);
        assertThat(rows.get(0).headers()).containsExactly(headers);
        assertThat(rows.get(1).key()).isEmpty();
        assertThat(rows.get(1).value()).isEmpty();
        assertThat(rows.get(1).headers()).isEmpty();
    }

    @Test
    void shouldTakeTheTimeOfTheAppendWhereThatCounts() {
        // Given
        byte[] bytes = Batches.of(CompressionType.NONE, 4, 3, at(4, 5, 6), 99L);

        // When
        List<LogRow> rows = read(row(4, 3, bytes));

        // Then
        assertThat(rows).extracting(LogRow::timestampMs).containsExactly(99L, 99L, 99L);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldKeepOffsetsWhereRecordsAreGone(CompressionType codec) {
        // Given
        byte[] bytes = Batches.of(codec, 100, 20, at(103, 104, 110), null);

        // When
        List<LogRow> rows = read(row(100, 20, bytes));

        // Then
        assertThat(rows).extracting(LogRow::offset).containsExactly(103L, 104L, 110L);
        assertThat(rows).extracting(LogRow::timestampMs).containsExactly(103L, 104L, 110L);
    }

    @Test
    void shouldReadABatchThatHasNoRecordsLeft() {
        // Given
        byte[] bytes = Batches.of(CompressionType.NONE, 100, 20, at(100), null);
        byte[] empty = Arrays.copyOf(bytes, HEADER_BYTES);
        ByteBuffer.wrap(empty).putInt(8, HEADER_BYTES - 12).putInt(57, 0);

        // When
        List<LogRow> rows = read(row(100, 20, Batches.sealed(empty)));

        // Then
        assertThat(rows).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldReadOnlyTheRangeThatIsAskedFor(CompressionType codec) {
        // Given
        LogBatch batch = row(10, 50, Batches.of(codec, 10, numbered(50)));

        // Then
        assertThat(read(batch, 20, 23)).extracting(LogRow::offset).containsExactly(20L, 21L, 22L);
        assertThat(read(batch, 58, 900)).extracting(LogRow::offset).containsExactly(58L, 59L);
        assertThat(read(batch, 60, 900)).isEmpty();
        assertThat(read(batch, 0, 10)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldRefuseAChangedByte(CompressionType codec) {
        byte[] bytes = Batches.of(codec, 41, numbered(5));
        bytes[bytes.length - 1] ^= 1;

        assertUnreadable(row(41, 5, bytes), "its checksum is wrong");
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void shouldRefuseWhatCannotBeDecompressed(CompressionType codec) {
        byte[] bytes = Batches.of(codec, 41, numbered(200));
        Arrays.fill(bytes, HEADER_BYTES, bytes.length, (byte) 0x5a);

        assertUnreadable(row(41, 200, Batches.sealed(bytes)), codec.name);
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void shouldRefuseADecompressionBomb(CompressionType codec) {
        byte[] bytes = Batches.of(codec, 41, new SimpleRecord(new byte[20 * BOUND]));
        assertThat(bytes).hasSizeLessThan(2 * BOUND);

        assertUnreadable(row(41, 1, bytes), "replication.max_uncompressed_batch_bytes (1048576)");
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldReadWhatIsAsLargeAsItMayBe(CompressionType codec) {
        // Given: a record that costs a few bytes more than its value
        byte[] value = new byte[BOUND - 20];
        new Random(1).nextBytes(value);

        // When
        List<LogRow> rows = read(row(41, 1, Batches.of(codec, 41, new SimpleRecord(value))));

        // Then
        assertThat(rows.get(0).value()).isEqualTo(value);
    }

    @Test
    void shouldNotTakeSnappyByItsWord() {
        // A stream whose first chunk says that it has two gigabytes, and one whose chunk says it grows to one.
        byte[] chunk = Batches.of(CompressionType.SNAPPY, 41, numbered(5));
        ByteBuffer.wrap(chunk).putInt(HEADER_BYTES + 16, Integer.MAX_VALUE);
        byte[] claim = Batches.of(CompressionType.SNAPPY, 41, numbered(5));
        ByteBuffer.wrap(claim).putInt(HEADER_BYTES + 20, 0x80808004);

        assertUnreadable(row(41, 5, Batches.sealed(chunk)), "a chunk that says it has 2147483647 bytes");
        assertUnreadable(row(41, 5, Batches.sealed(claim)), "replication.max_uncompressed_batch_bytes");
    }

    /** As librdkafka writes it: without the frame that Java's library puts around. */
    @Test
    void shouldReadSnappyWithoutAFrame() {
        // Given
        byte[] framed = Batches.of(CompressionType.SNAPPY, 41, numbered(5));
        int frame = 16 + Integer.BYTES;
        byte[] bare = new byte[framed.length - frame];
        System.arraycopy(framed, 0, bare, 0, HEADER_BYTES);
        System.arraycopy(framed, HEADER_BYTES + frame, bare, HEADER_BYTES, bare.length - HEADER_BYTES);
        ByteBuffer.wrap(bare).putInt(8, bare.length - 12);

        // When
        List<LogRow> rows = read(row(41, 5, Batches.sealed(bare)));

        // Then
        assertThat(rows).extracting(LogRow::offset).containsExactly(41L, 42L, 43L, 44L, 45L);
    }

    @Test
    void shouldRefuseWhatIsNotTheBatchThatItsRowSays() {
        byte[] bytes = Batches.of(CompressionType.NONE, 41, numbered(5));

        assertUnreadable(row(41, 6, bytes), "covers the offsets 41 to 45, and its row says 41 to 46");
        assertUnreadable(row(40, 5, bytes), "its row says 40 to 44");
        assertUnreadable(row(41, 5, Arrays.copyOf(bytes, bytes.length - 1)), "and says that it has");
        assertUnreadable(row(41, 5, new byte[7]), "shorter than a batch's header");
        assertUnreadable(row(41, 5, with(bytes, 16, 1)), "not of Kafka's format 2 but 1");
        assertUnreadable(row(41, 5, with(bytes, 22, 0x20)), "it is a control batch");
        assertUnreadable(row(41, 5, with(bytes, 22, 6)), "compression");
    }

    @Test
    void shouldRefuseRecordsThatDoNotFitTheirBatch() {
        byte[] bytes = Batches.of(CompressionType.NONE, 41, numbered(5));
        // The first record: its length, attributes, the difference in time, and then in offset.
        int secondOffset = HEADER_BYTES + 1 + bytes[HEADER_BYTES] / 2 + 3;

        assertUnreadable(row(41, 5, with(bytes, 60, 4)), "bytes follow its last record");
        assertUnreadable(row(41, 5, with(bytes, 60, 6)), "");
        assertUnreadable(row(41, 5, with(bytes, HEADER_BYTES, 126)), "");
        assertUnreadable(row(41, 5, with(bytes, secondOffset, 0)), "a record at offset 41 follows one at 41");
        assertUnreadable(row(41, 5, with(bytes, secondOffset, 20)), "a record at offset 51 follows one at 41");
    }

    private static byte[] with(byte[] batch, int place, int value) {
        byte[] changed = batch.clone();
        changed[place] = (byte) value;
        return Batches.sealed(changed);
    }

    private void assertUnreadable(LogBatch batch, String reason) {
        assertThatThrownBy(() -> read(batch))
                .isInstanceOf(UnreadableRowException.class)
                .hasMessageStartingWith(
                        "topic 3, partition 2, offset " + batch.offset() + ": the batch cannot be read: ")
                .hasMessageContaining(reason);
    }
}
