package io.tailrace.broker.log;

import io.tailrace.broker.log.OffsetFinder.FoundOffset;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Optional;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;

/**
 * A record batch as a row of {@code kafka.messages} holds it (row shape "batches"). Its records may be fewer than the offsets
 * that it covers: compaction takes records out. Immutable, as long as nobody changes the bytes.
 */
public final class StoredBatch {

    private final DefaultRecordBatch header;
    private final ByteBuffer bytes;

    private StoredBatch(DefaultRecordBatch header, ByteBuffer bytes) {
        this.header = header;
        this.bytes = bytes;
    }

    /**
     * The batch of a row that covers these offsets.
     *
     * @throws CorruptRecordException unless the bytes are one batch with a right checksum and just these offsets
     */
    public static StoredBatch of(ByteBuffer bytes, long startInc, long endExc) {
        DefaultRecordBatch header = header(bytes);
        header.ensureValid();
        if (header.sizeInBytes() != bytes.remaining()
                || header.baseOffset() != startInc
                || header.lastOffset() != endExc - 1) {
            throw new CorruptRecordException("The row of offsets " + startInc + " to " + (endExc - 1) + ", of "
                    + bytes.remaining() + " bytes, holds a batch of offsets " + header.baseOffset() + " to "
                    + header.lastOffset() + ", of " + header.sizeInBytes() + " bytes");
        }
        return new StoredBatch(header, bytes);
    }

    private static DefaultRecordBatch header(ByteBuffer buffer) {
        Iterator<MutableRecordBatch> batches =
                MemoryRecords.readableRecords(buffer).batches().iterator();
        if (batches.hasNext() && batches.next() instanceof DefaultRecordBatch header) {
            return header;
        }
        throw new CorruptRecordException("A row of " + buffer.remaining() + " bytes holds no record batch");
    }

    DefaultRecordBatch header() {
        return header;
    }

    /** The whole batch, for a column of Postgres. */
    public byte[] toBytes() {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return copy;
    }

    /** What stands before the records. */
    ByteBuffer headerBytes() {
        return bytes.slice(bytes.position(), DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
    }

    /** The greatest timestamp of its records. */
    public long maxTimestampMs() {
        return header.maxTimestamp();
    }

    IncomingBatch payload() {
        return new IncomingBatch(header, bytes);
    }

    /** The first of its records in a range of offsets whose timestamp is not before the given one. */
    Optional<FoundOffset> firstAtOrAfter(long timestampMs, long startInc, long endExc) {
        try (CloseableIterator<Record> records = times()) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.timestamp() >= timestampMs && record.offset() >= startInc && record.offset() < endExc) {
                    return Optional.of(new FoundOffset(record.offset(), record.timestamp()));
                }
            }
            return Optional.empty();
        }
    }

    /** The first of the records with the greatest timestamp among those from an offset on. */
    Optional<FoundOffset> latest(long startInc) {
        FoundOffset latest = null;
        try (CloseableIterator<Record> records = times()) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.offset() >= startInc && (latest == null || record.timestamp() > latest.timestampMs())) {
                    latest = new FoundOffset(record.offset(), record.timestamp());
                }
            }
        }
        return Optional.ofNullable(latest);
    }

    /** Its records without keys and values, one at a time: decompressed, none of it stays in memory. */
    private CloseableIterator<Record> times() {
        return header.skipKeyValueIterator(BufferSupplier.NO_CACHING);
    }
}
