package io.tailrace.broker.log;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Crc32C;
import org.jspecify.annotations.Nullable;

/**
 * The records of a stored batch, decompressed: views of a buffer that serves the next batch afterwards. Confined to the thread
 * of its {@link BatchDecoder}.
 */
public final class BatchRecords implements Iterable<DefaultRecord> {

    /** Fields of a batch's header, by their places in Kafka's format (magic 2). */
    private static final int LENGTH = 8;

    private static final int AFTER_LENGTH = LENGTH + Integer.BYTES;
    private static final int ATTRIBUTES = DefaultRecordBatch.CRC_OFFSET + Integer.BYTES;
    private static final int MAX_TIMESTAMP = 35;

    private final StoredBatch batch;
    private final ByteBuffer records;

    BatchRecords(StoredBatch batch, ByteBuffer records) {
        this.batch = batch;
        this.records = records.slice();
    }

    /** They come in the order of their offsets. @throws InvalidRecordException from it, where the bytes are no records */
    @Override
    public Iterator<DefaultRecord> iterator() {
        return new Cursor();
    }

    /**
     * The batch without some of its records, of which at least one must be left. Its offsets and its codec stay. So do base
     * offset and base timestamp, from which a record counts, and therefore the bytes of every record that is left.
     *
     * @param dropped by their places in the batch, from 0
     */
    public StoredBatch without(BitSet dropped) {
        DefaultRecordBatch header = batch.header();
        ByteBufferOutputStream stream = new ByteBufferOutputStream(header.sizeInBytes());
        stream.write(batch.headerBytes());
        Kept kept = new Kept();
        try (OutputStream compressed =
                Compression.of(header.compressionType()).build().wrapForOutput(stream, header.magic())) {
            Cursor cursor = new Cursor();
            for (int index = 0; cursor.hasNext(); index++) {
                int start = cursor.position();
                DefaultRecord record = cursor.next();
                if (!dropped.get(index)) {
                    kept.onRecord(record);
                    compressed.write(records.array(), records.arrayOffset() + start, cursor.position() - start);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return patched(stream.buffer(), kept);
    }

    private StoredBatch patched(ByteBuffer written, Kept kept) {
        ByteBuffer bytes = written.duplicate().flip();
        bytes.putInt(LENGTH, bytes.limit() - AFTER_LENGTH);
        bytes.putLong(MAX_TIMESTAMP, kept.maxTimestampMs);
        bytes.putInt(DefaultRecordBatch.RECORDS_COUNT_OFFSET, kept.count);
        bytes.putInt(
                DefaultRecordBatch.CRC_OFFSET, (int) Crc32C.compute(bytes, ATTRIBUTES, bytes.limit() - ATTRIBUTES));
        return StoredBatch.of(bytes, batch.header().baseOffset(), batch.header().lastOffset() + 1);
    }

    /** What the header must say of the records that are left. */
    private static final class Kept {

        private int count;
        private long maxTimestampMs = RecordBatch.NO_TIMESTAMP;

        void onRecord(DefaultRecord record) {
            count++;
            maxTimestampMs = Math.max(maxTimestampMs, record.timestamp());
        }
    }

    /** Reads one record after the other. */
    private final class Cursor implements Iterator<DefaultRecord> {

        private final ByteBuffer rest = records.duplicate();
        private final @Nullable Long logAppendTimeMs =
                batch.header().timestampType() == TimestampType.LOG_APPEND_TIME ? batch.maxTimestampMs() : null;
        private int left = batch.header().countOrNull();

        int position() {
            return rest.position();
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public DefaultRecord next() {
            if (left == 0) {
                throw new NoSuchElementException();
            }
            left--;
            DefaultRecord record = read();
            if (left == 0 && rest.hasRemaining()) {
                throw new InvalidRecordException("A stored batch goes on behind its last record");
            }
            return record;
        }

        private DefaultRecord read() {
            try {
                return DefaultRecord.readFrom(
                        rest,
                        batch.header().baseOffset(),
                        batch.header().baseTimestamp(),
                        RecordBatch.NO_SEQUENCE,
                        logAppendTimeMs);
            } catch (BufferUnderflowException | IllegalArgumentException e) {
                throw new InvalidRecordException("A stored batch ends before its last record", e);
            }
        }
    }
}
