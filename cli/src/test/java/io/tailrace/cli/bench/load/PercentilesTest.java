package io.tailrace.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    @Test
    void shouldTakeTheNearestRank() {
        long[] times =
                LongStream.rangeClosed(1, 1_000).map(i -> (1_001 - i) * 1_000).toArray();
        assertThat(Percentiles.ofMicros(times)).isEqualTo(new Percentiles(500, 990, 999, 1_000));
    }

    @Test
    void shouldTakeASingleTimeForAll() {
        assertThat(Percentiles.ofMicros(new long[] {1_500})).isEqualTo(new Percentiles(1.5, 1.5, 1.5, 1.5));
    }

    @Test
    void shouldRefuseToDescribeNothing() {
        assertThatThrownBy(() -> Percentiles.ofMicros(new long[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
