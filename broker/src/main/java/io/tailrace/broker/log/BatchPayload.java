package io.tailrace.broker.log;

import io.tailrace.broker.protocol.SnappyLength;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Takes the compression off a batch, as a whole and up to a bound: Kafka's own iterator allocates whatever length a
 * record claims, so a small batch could ask for any amount of memory. Confined to one thread, which owns the buffer.
 */
final class BatchPayload {

    private static final int RETAINED_BYTES = 4 * 1024 * 1024;

    private final int maxBytes;
    private final BufferSupplier bufferSupplier = BufferSupplier.create();
    private byte[] buffer = new byte[64 * 1024];

    /** @param maxBytes the most that a batch may grow to */
    BatchPayload(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The batch's records without compression; valid until the next call.
     *
     * @throws CorruptRecordException for what cannot be decompressed
     * @throws RecordTooLargeException for a batch that grows above the bound
     */
    ByteBuffer records(IncomingBatch batch) {
        if (!batch.header().isCompressed()) {
            return batch.payload();
        }
        if (buffer.length > RETAINED_BYTES) {
            buffer = new byte[RETAINED_BYTES];
        }
        checkClaim(batch);
        try (InputStream stream = batch.header().recordInputStream(bufferSupplier)) {
            int size = readAll(stream);
            // Not in one expression: reading replaces the buffer when it grows.
            return ByteBuffer.wrap(buffer, 0, size);
        } catch (RecordTooLargeException e) {
            throw e;
        } catch (IOException | KafkaException | IllegalArgumentException e) {
            throw new CorruptRecordException("The batch cannot be decompressed ("
                    + batch.header().compressionType().name + "): " + e.getMessage());
        }
    }

    /** Snappy's stream allocates what the data claims to be, or to hold, before it reads any of it. */
    private void checkClaim(IncomingBatch batch) {
        if (batch.header().compressionType() != CompressionType.SNAPPY) {
            return;
        }
        try {
            if (SnappyLength.of(batch.payload()) > maxBytes) {
                throw tooLarge();
            }
        } catch (IllegalArgumentException e) {
            throw new CorruptRecordException("The batch cannot be decompressed (snappy): " + e.getMessage());
        }
    }

    private RecordTooLargeException tooLarge() {
        return new RecordTooLargeException("The record batch is larger than log.max_uncompressed_batch_bytes ("
                + maxBytes + ") without its compression.");
    }

    private int readAll(InputStream stream) throws IOException {
        int size = 0;
        while (true) {
            if (size == buffer.length) {
                buffer = Arrays.copyOf(buffer, (int) Math.min(maxBytes + 1L, buffer.length * 2L));
            }
            int read = stream.read(buffer, size, buffer.length - size);
            if (read < 0) {
                return size;
            }
            size += read;
            if (size > maxBytes) {
                throw tooLarge();
            }
        }
    }
}
