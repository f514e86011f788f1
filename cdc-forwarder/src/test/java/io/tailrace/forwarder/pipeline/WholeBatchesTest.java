package io.tailrace.forwarder.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.Batches;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.UnreadableRowException;
import io.tailrace.forwarder.route.Route;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which batches go as they are stored. */
final class WholeBatchesTest {
    private static final Route ALL = new Route(1, "t", "t", 100, 100, null);
    private static final long OFFSET = 1_000;

    private final WholeBatches whole = new WholeBatches(false);
    private final PartitionProgress progress = new PartitionProgress(1, 0, OFFSET, null);

    private static LogBatch batch(CompressionType codec, int count, @Nullable Long appendedMs, Long... gone) {
        NavigableMap<Long, SimpleRecord> records = new TreeMap<>();
        for (long offset = OFFSET; offset < OFFSET + count; offset++) {
            records.put(offset, new SimpleRecord(5, null, new byte[] {1}));
        }
        for (long offset : gone) {
            records.remove(offset);
        }
        return new LogBatch(1, 0, OFFSET, count, Batches.of(codec, OFFSET, count, records, appendedMs));
    }

    private static LogBatch batch(CompressionType codec) {
        return batch(codec, 40, null);
    }

    private boolean takes(LogBatch batch) {
        return whole.takes(ALL, progress, batch);
    }

    @Test
    void shouldTakeBatchesOfEveryCodec() {
        for (CompressionType codec : CompressionType.values()) {
            assertThat(takes(batch(codec))).as(codec.name).isTrue();
        }
    }

    @Test
    void shouldNotTakeWhatNoProducerSends() {
        assertThat(takes(batch(CompressionType.LZ4, 40, 7L))).isFalse();
        assertThat(takes(batch(CompressionType.LZ4, 40, null, OFFSET + 3))).isFalse();
        assertThat(takes(batch(CompressionType.LZ4, 40, null, OFFSET + 39))).isFalse();
    }

    @Test
    void shouldTakeSmallBatchesOnlyWithLargeRecords() {
        // Given
        byte[] large = Batches.of(CompressionType.NONE, OFFSET, new SimpleRecord(5, null, new byte[20_000]));

        // Then
        assertThat(takes(batch(CompressionType.NONE, 5, null))).isFalse();
        assertThat(takes(new LogBatch(1, 0, OFFSET, 1, large))).isTrue();
    }

    @Test
    void shouldTakeNoneOfASample() {
        assertThat(whole.takes(new Route(1, "t", "t", 100, 50, null), progress, batch(CompressionType.NONE)))
                .isFalse();
    }

    @Test
    void shouldCompressWhatIsNotWhereThatIsAskedFor() {
        // Given
        WholeBatches compressing = new WholeBatches(true);

        // Then
        assertThat(compressing.takes(ALL, progress, batch(CompressionType.NONE)))
                .isFalse();
        assertThat(compressing.takes(ALL, progress, batch(CompressionType.GZIP)))
                .isTrue();
    }

    @Test
    void shouldNotTakeADamagedBatch() {
        // Given
        byte[] bytes = batch(CompressionType.NONE).bytes();
        bytes[bytes.length - 1]++;
        LogBatch damaged = new LogBatch(1, 0, OFFSET, 40, bytes);

        // Then
        assertThatThrownBy(() -> takes(damaged))
                .isInstanceOf(UnreadableRowException.class)
                .hasMessageContaining("checksum");
    }
}
