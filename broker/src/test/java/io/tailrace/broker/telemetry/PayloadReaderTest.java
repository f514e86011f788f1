package io.tailrace.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.TelemetryTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PayloadReaderTest {

    private static final int MAX_BYTES = 64 * 1024;

    private final PayloadReader reader = new PayloadReader(MAX_BYTES);

    private static ByteBuffer compressed(byte[] bytes, CompressionType type) throws IOException {
        try (ByteBufferOutputStream out = new ByteBufferOutputStream(512)) {
            try (OutputStream stream = Compression.of(type).build().wrapForOutput(out, (byte) 2)) {
                stream.write(bytes);
            }
            return out.buffer().flip().slice();
        }
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldReadEveryCompression(CompressionType type) throws IOException {
        // Given
        MetricsData data = PushFixture.data(PushFixture.gauge("m", 1), PushFixture.delta("n", 2));

        // When
        MetricsData read = reader.read(compressed(data.toByteArray(), type), type);

        // Then
        assertThat(read).isEqualTo(data);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldRefuseWhatGrowsAboveTheBound(CompressionType type) throws IOException {
        // Given
        ByteBuffer bomb = compressed(new byte[100 * MAX_BYTES], type);

        // Then
        assertThatThrownBy(() -> reader.read(bomb, type)).isInstanceOf(TelemetryTooLargeException.class);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldRefuseWhatCannotBeRead(CompressionType type) {
        // Given
        ByteBuffer garbage = ByteBuffer.wrap(new byte[] {8, 5, 77, 1, 2, 3, 99, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4});

        // Then
        assertThatThrownBy(() -> reader.read(garbage, type)).isInstanceOf(InvalidRecordException.class);
    }

    @Test
    void shouldNotBelieveASnappyBlockThatClaimsAGigabyte() {
        // Given
        ByteBuffer bomb = ByteBuffer.allocate(64)
                .put(new byte[] {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1})
                .putInt(10)
                .put(new byte[] {-1, -1, -1, -1, 3, 0, 0, 0, 0, 0})
                .flip();
        ByteBuffer chunk = ByteBuffer.allocate(64)
                .put(new byte[] {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1})
                .putInt(500_000_000)
                .put(new byte[10])
                .flip();

        // Then
        assertThatThrownBy(() -> reader.read(bomb, CompressionType.SNAPPY))
                .isInstanceOf(TelemetryTooLargeException.class);
        assertThatThrownBy(() -> reader.read(chunk, CompressionType.SNAPPY)).isInstanceOf(InvalidRecordException.class);
    }
}
