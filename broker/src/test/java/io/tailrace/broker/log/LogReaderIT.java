package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.junit.PostgresExtension;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was appended is what is read, whatever the shape of the rows. */
class LogReaderIT {

    private static final Map<String, String> RECORDS = Map.of("storage.format", "records");
    private static final Map<String, String> BATCHES = Map.of("storage.format", "batches");
    private static final int ONE_MEBIBYTE = 1 << 20;

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private LogFixture log;
    private LogReader reader;

    @BeforeEach
    void open() throws Exception {
        log = new LogFixture(POSTGRES.freshDatabase(), 1);
        reader = new LogReader(log.database().fetchPool());
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** A record as it is compared. */
    private record Content(long timestampMs, String key, String value, List<String> headers) {

        static Content of(long timestampMs, @Nullable ByteBuffer key, @Nullable ByteBuffer value, Header... headers) {
            List<String> texts = IntStream.range(0, headers.length)
                    .mapToObj(i -> headers[i].key() + "=" + new String(headers[i].value(), StandardCharsets.UTF_8))
                    .toList();
            return new Content(timestampMs, text(key), text(value), texts);
        }

        private static String text(@Nullable ByteBuffer bytes) {
            return bytes == null ? "null" : Utils.utf8(bytes.duplicate());
        }
    }

    private void append(Partition partition, CompressionType codec, SimpleRecord... records) throws Exception {
        MemoryRecords batch = MemoryRecords.withIdempotentRecords(
                Compression.of(codec).build(), 77, (short) 0, (int) partition.highWatermark(), records);
        log.appends().append(partition, batch, Batches.PRODUCE_VERSION, false).get(30, TimeUnit.SECONDS);
    }

    private List<MutableRecordBatch> batches(Partition partition, long startOffset, int maxBytes) throws Exception {
        List<MutableRecordBatch> batches = new ArrayList<>();
        reader.read(partition, startOffset, partition.highWatermark(), maxBytes)
                .batches()
                .forEach(batches::add);
        return batches;
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void shouldServeABatchAsItsProducerCompressedIt(CompressionType codec) throws Exception {
        // Given
        Partition partition = log.createPartition("orders", BATCHES);
        append(partition, codec, Batches.simpleRecords(10));
        append(partition, codec, Batches.simpleRecords(20));

        // When: from inside the second batch
        List<MutableRecordBatch> found = batches(partition, 25, ONE_MEBIBYTE);

        // Then
        assertThat(found).singleElement().satisfies(batch -> {
            batch.ensureValid();
            assertThat(batch.baseOffset()).isEqualTo(10);
            assertThat(batch.lastOffset()).isEqualTo(29);
            assertThat(batch.countOrNull()).isEqualTo(20);
            assertThat(batch.compressionType()).isEqualTo(codec);
            assertThat(batch.maxTimestamp()).isEqualTo(1019);
            assertThat(batch.hasProducerId()).isFalse();
            assertThat(batch.baseSequence()).isEqualTo(-1);
            assertThat(batch.partitionLeaderEpoch()).isZero();
            List<String> keys = new ArrayList<>();
            batch.forEach(record -> keys.add(Utils.utf8(record.key())));
            assertThat(keys)
                    .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "k" + i).toList());
        });
    }

    @Test
    void shouldStampABatchWithTheTimeOfTheAppend() throws Exception {
        // Given
        Partition partition = log.createPartition(
                "orders", Map.of("storage.format", "batches", "message.timestamp.type", "LogAppendTime"));
        long before = System.currentTimeMillis();

        // When
        append(partition, CompressionType.LZ4, Batches.simpleRecords(3));

        // Then
        assertThat(batches(partition, 0, ONE_MEBIBYTE)).singleElement().satisfies(batch -> {
            batch.ensureValid();
            assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
            assertThat(batch.maxTimestamp()).isBetween(before, System.currentTimeMillis());
            batch.forEach(record -> assertThat(record.timestamp()).isEqualTo(batch.maxTimestamp()));
        });
    }

    @Test
    void shouldEndWithTheLastBatchThatFits() throws Exception {
        // Given
        Partition partition = log.createPartition("orders", BATCHES);
        for (int i = 0; i < 5; i++) {
            append(partition, CompressionType.NONE, Batches.simpleRecords(10));
        }
        int size = batches(partition, 0, 1).get(0).sizeInBytes();

        // Then: whole batches, the first in any case, and nothing that passes for the end of the log
        assertThat(batches(partition, 0, 1)).hasSize(1);
        assertThat(batches(partition, 0, 2 * size)).hasSize(2);
        assertThat(batches(partition, 15, 2 * size + 1))
                .hasSize(2)
                .allSatisfy(batch -> assertThat(batch.isControlBatch()).isFalse());
        assertThat(batches(partition, 0, 100 * size)).hasSize(5);
    }

    @Test
    void shouldFillTheEndWhereABatchIsGone() throws Exception {
        // Given: three batches, of which the last one was aborted
        Partition partition = log.createPartition("orders", BATCHES);
        for (int i = 0; i < 3; i++) {
            append(partition, CompressionType.ZSTD, Batches.simpleRecords(10));
        }
        log.execute("DELETE FROM kafka.messages WHERE partition_offset = 20");

        // When
        List<MutableRecordBatch> found = batches(partition, 15, ONE_MEBIBYTE);
        List<MutableRecordBatch> atTheEnd = batches(partition, 24, ONE_MEBIBYTE);

        // Then
        assertThat(found).hasSize(2);
        assertThat(found.get(1).isControlBatch()).isTrue();
        assertThat(found.get(1).lastOffset()).isEqualTo(29);
        assertThat(atTheEnd).singleElement().satisfies(batch -> assertThat(batch.isControlBatch())
                .isTrue());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldReadWhatWasAppendedWhateverTheShape(long seed) throws Exception {
        // Given: batches of any size and codec, now in one shape, now in the other, some of them gone
        Random random = new Random(seed);
        Partition partition = log.createPartition("orders", BATCHES);
        NavigableMap<Long, Content> expected = new TreeMap<>();
        for (int i = 0; i < 80; i++) {
            log.alter(partition, random.nextBoolean() ? BATCHES : RECORDS);
            long base = partition.highWatermark();
            SimpleRecord[] records = randomRecords(random);
            append(partition, CompressionType.forId(random.nextInt(5)), records);
            if (random.nextInt(6) == 0) {
                log.execute("DELETE FROM kafka.messages WHERE partition_offset >= " + base);
            } else {
                for (int k = 0; k < records.length; k++) {
                    expected.put(base + k, content(records[k]));
                }
            }
        }

        // Then
        for (int i = 0; i < 20; i++) {
            long start = i == 0 ? 0 : random.nextLong(partition.highWatermark());
            assertThat(readAll(partition, start, 1 + random.nextInt(20_000))).isEqualTo(expected.tailMap(start));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void shouldReadTheSameFromMemory(long seed) throws Exception {
        // Given: a memory that holds a part of what is written
        log.close();
        log = new LogFixture(POSTGRES.freshDatabase(), 1, 40_000);
        reader = new LogReader(log.database().fetchPool());
        Random random = new Random(seed);
        Partition partition = log.createPartition("orders", BATCHES);
        NavigableMap<Long, Content> expected = new TreeMap<>();
        for (int i = 0; i < 60; i++) {
            log.alter(partition, random.nextBoolean() ? BATCHES : RECORDS);
            long base = partition.highWatermark();
            SimpleRecord[] records = randomRecords(random);
            append(partition, CompressionType.forId(random.nextInt(5)), records);
            for (int k = 0; k < records.length; k++) {
                expected.put(base + k, content(records[k]));
            }

            // Then
            long start = Math.max(0, base - random.nextInt(100));
            assertThat(readAll(partition, start, 1 + random.nextInt(20_000))).isEqualTo(expected.tailMap(start));
        }
        assertThat(partition.recent().read(0, partition.highWatermark(), 1)).isNull();
        assertThat(partition.recent().read(partition.highWatermark() - 1, partition.highWatermark(), 1))
                .isNotNull();
    }

    private static Content content(SimpleRecord record) {
        return Content.of(record.timestamp(), record.key(), record.value(), record.headers());
    }

    private static SimpleRecord[] randomRecords(Random random) {
        return IntStream.range(0, 1 + random.nextInt(40))
                .mapToObj(i -> {
                    byte[] value = new byte[random.nextInt(200)];
                    random.nextBytes(value);
                    Header[] headers = random.nextInt(4) > 0
                            ? Record.EMPTY_HEADERS
                            : new Header[] {new RecordHeader("trace", Batches.utf8("t" + i))};
                    return new SimpleRecord(
                            random.nextLong(1_000_000),
                            random.nextInt(5) == 0 ? null : Batches.utf8("k" + i),
                            random.nextInt(9) == 0 ? null : value,
                            headers);
                })
                .toArray(SimpleRecord[]::new);
    }

    /** As a consumer reads: from fetch to fetch, leaving out what is before its offset. */
    private NavigableMap<Long, Content> readAll(Partition partition, long startOffset, int maxBytes) throws Exception {
        NavigableMap<Long, Content> found = new TreeMap<>();
        long offset = startOffset;
        while (offset < partition.highWatermark()) {
            long next = offset;
            for (MutableRecordBatch batch : batches(partition, offset, maxBytes)) {
                batch.ensureValid();
                for (Record record : batch) {
                    if (record.offset() >= offset && !batch.isControlBatch()) {
                        found.put(
                                record.offset(),
                                Content.of(record.timestamp(), record.key(), record.value(), record.headers()));
                    }
                }
                next = batch.nextOffset();
            }
            assertThat(next).isGreaterThan(offset);
            offset = next;
        }
        return found;
    }
}
