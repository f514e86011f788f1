package io.tailrace.forwarder.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.decode.LogRow;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RollingHashTest {
    private static final byte[] EMPTY = new byte[0];
    private static final byte[] A = {'a'};

    @Test
    void shouldBeTheSameHoweverItIsCutIntoPieces() {
        // Given
        LogRow one = record(1, A, null);
        LogRow other = record(2, null, A);

        // When
        RollingHash whole = new RollingHash(RollingHash.NOTHING);
        whole.add(one);
        whole.add(other);
        RollingHash first = new RollingHash(RollingHash.NOTHING);
        first.add(one);
        RollingHash second = new RollingHash(first.text());
        second.add(other);

        // Then
        assertThat(second.text()).isEqualTo(whole.text()).isNotEqualTo(first.text());
    }

    @Test
    void shouldTellApartWhatDiffers() {
        Header header = new RecordHeader("h", A);
        Header other = new RecordHeader("i", A);
        assertThat(List.of(
                        hash(record(1, A, A)),
                        hash(record(2, A, A)),
                        hash(record(1, null, A)),
                        hash(record(1, EMPTY, A)),
                        hash(record(1, A, null)),
                        hash(record(1, A, EMPTY)),
                        hash(record(1, A, A, header)),
                        hash(record(1, A, A, header, other)),
                        hash(record(1, A, A, other, header)),
                        hash(record(1, A, A, new RecordHeader("h", (byte[]) null))),
                        hash(record(1, A, A, new RecordHeader("h", EMPTY)))))
                .doesNotHaveDuplicates();
    }

    private static String hash(LogRow record) {
        RollingHash hash = new RollingHash(RollingHash.NOTHING);
        hash.add(record);
        return hash.text();
    }

    private static LogRow record(long timestampMs, byte @Nullable [] key, byte @Nullable [] value, Header... headers) {
        return new LogRow(1, 0, 0, timestampMs, key, value, List.of(headers));
    }
}
