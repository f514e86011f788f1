package io.tailrace.forwarder.decode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Takes the compression off a batch, as a whole and up to a bound: what a batch or a record in it claims to be is not to be
 * allocated unseen. Confined to one thread. Owns: the buffer.
 */
final class BatchPayload {
    private static final int FIRST_BYTES = 64 << 10;
    /** A larger buffer is not kept for the next batch. */
    private static final int KEPT_BYTES = 4 << 20;

    private final int maxBytes;
    private final BufferSupplier suppliers = BufferSupplier.create();
    private byte[] buffer = new byte[FIRST_BYTES];

    BatchPayload(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The batch's records without compression; valid until the next call.
     *
     * @param stored the whole batch, which is used as it is if it is not compressed
     * @throws IllegalArgumentException for what cannot be decompressed, or not within the bound
     */
    ByteBuffer records(DefaultRecordBatch batch, byte[] stored) {
        int header = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
        CompressionType codec = batch.compressionType();
        if (codec == CompressionType.NONE) {
            return ByteBuffer.wrap(stored, header, stored.length - header);
        }
        if (codec == CompressionType.SNAPPY) {
            requireFits(SnappyClaim.of(ByteBuffer.wrap(stored, header, stored.length - header)));
        }
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[KEPT_BYTES];
        }
        try (InputStream stream = batch.recordInputStream(suppliers)) {
            int size = readAll(stream);
            return ByteBuffer.wrap(buffer, 0, size);
        } catch (IOException | KafkaException malformed) {
            throw new IllegalArgumentException(
                    "it cannot be decompressed (" + codec.name + "): " + malformed.getMessage(), malformed);
        }
    }

    private int readAll(InputStream stream) throws IOException {
        int size = 0;
        for (int read = 0; read >= 0; size += Math.max(read, 0)) {
            requireFits(size);
            if (size == buffer.length) {
                buffer = Arrays.copyOf(buffer, (int) Math.min(maxBytes + 1L, buffer.length * 2L));
            }
            read = stream.read(buffer, size, buffer.length - size);
        }
        return size;
    }

    private void requireFits(long size) {
        if (size > maxBytes) {
            throw new IllegalArgumentException("it is larger than replication.max_uncompressed_batch_bytes (" + maxBytes
                    + ") without its compression");
        }
    }
}
