package io.tailrace.forwarder.decode;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Crc32C;
import org.jspecify.annotations.Nullable;

/** Makes record batches as the log keeps them. */
public final class Batches {
    private static final int CRC_PLACE = 17;
    private static final int CRC_FROM = 21;

    private Batches() {}

    /** A batch of consecutive offsets. */
    public static byte[] of(CompressionType codec, long offset, SimpleRecord... records) {
        NavigableMap<Long, SimpleRecord> placed = new TreeMap<>();
        for (SimpleRecord record : records) {
            placed.put(offset + placed.size(), record);
        }
        return of(codec, offset, records.length, placed, null);
    }

    /**
     * A batch that covers so many offsets.
     *
     * @param appendedMs the time of the append, if that is what counts; otherwise null
     */
    public static byte[] of(
            CompressionType codec,
            long offset,
            int count,
            NavigableMap<Long, SimpleRecord> records,
            @Nullable Long appendedMs) {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                ByteBuffer.allocate(1024),
                RecordBatch.CURRENT_MAGIC_VALUE,
                Compression.of(codec).build(),
                appendedMs == null ? TimestampType.CREATE_TIME : TimestampType.LOG_APPEND_TIME,
                offset,
                appendedMs == null ? RecordBatch.NO_TIMESTAMP : appendedMs,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                false,
                false,
                0,
                Integer.MAX_VALUE);
        records.forEach(builder::appendWithOffset);
        builder.overrideLastOffset(offset + count - 1);
        ByteBuffer built = builder.build().buffer();
        byte[] bytes = new byte[built.remaining()];
        built.get(bytes);
        return bytes;
    }

    /** Headers, from the form that a row of one record has them in. */
    public static Header[] headers(@Nullable String json) {
        return HeaderJson.read(json).toArray(Header[]::new);
    }

    /** Makes the checksum right again. */
    public static byte[] sealed(byte[] batch) {
        ByteBuffer bytes = ByteBuffer.wrap(batch);
        bytes.putInt(CRC_PLACE, (int) Crc32C.compute(bytes, CRC_FROM, bytes.remaining() - CRC_FROM));
        return batch;
    }
}
