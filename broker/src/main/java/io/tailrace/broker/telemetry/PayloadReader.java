package io.tailrace.broker.telemetry;

import io.tailrace.broker.protocol.SnappyLength;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.TelemetryTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;

/**
 * Reads what a client pushed: takes the compression off, up to a bound, and parses OTLP. Kafka's own code for it has no
 * bound. OTLP is read with the classes with which the client of the same release writes it, which kafka-clients brings along.
 * Thread-safe (immutable).
 */
final class PayloadReader {

    private final int maxExpandedBytes;

    /** @param maxExpandedBytes the most that a push may grow to without its compression */
    PayloadReader(int maxExpandedBytes) {
        this.maxExpandedBytes = maxExpandedBytes;
    }

    /**
     * The metrics of a push; the buffer stays as it is.
     *
     * @throws TelemetryTooLargeException for what grows above the bound
     * @throws InvalidRecordException for what cannot be read
     */
    MetricsData read(ByteBuffer pushed, CompressionType compression) {
        ByteBuffer bytes = pushed.duplicate();
        if (compression == CompressionType.SNAPPY && snappyLength(bytes) > maxExpandedBytes) {
            throw tooLarge();
        }
        try (InputStream stream = Compression.of(compression)
                .build()
                .wrapForInput(bytes, RecordBatch.CURRENT_MAGIC_VALUE, BufferSupplier.NO_CACHING)) {
            byte[] otlp = stream.readNBytes(maxExpandedBytes + 1);
            if (otlp.length > maxExpandedBytes) {
                throw tooLarge();
            }
            return MetricsData.parseFrom(otlp);
        } catch (TelemetryTooLargeException e) {
            throw e;
        } catch (IOException | KafkaException | IllegalArgumentException e) {
            throw new InvalidRecordException("The pushed metrics cannot be read: " + e.getMessage(), e);
        }
    }

    private static long snappyLength(ByteBuffer bytes) {
        try {
            return SnappyLength.of(bytes);
        } catch (IllegalArgumentException e) {
            throw new InvalidRecordException("The pushed metrics cannot be read: " + e.getMessage(), e);
        }
    }

    private TelemetryTooLargeException tooLarge() {
        return new TelemetryTooLargeException(
                "The pushed metrics are larger than " + maxExpandedBytes + " bytes without their compression");
    }
}
