package io.tailrace.forwarder.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SampleTest {

    private static long taken(int partition, int percentage) {
        return LongStream.range(0, 10_000)
                .filter(offset -> Sample.takes(3, partition, offset, percentage))
                .count();
    }

    @Test
    void shouldTakeItsShare() {
        assertThat(taken(0, 1)).isBetween(50L, 150L);
        assertThat(taken(1, 50)).isBetween(4_700L, 5_300L);
        assertThat(taken(2, 100)).isEqualTo(10_000L);
    }

    @Test
    void shouldKeepWhatItTookWhenItIsRaised() {
        for (long offset = 0; offset < 1_000; offset++) {
            if (Sample.takes(3, 0, offset, 20)) {
                assertThat(Sample.takes(3, 0, offset, 40)).isTrue();
            }
        }
    }
}
