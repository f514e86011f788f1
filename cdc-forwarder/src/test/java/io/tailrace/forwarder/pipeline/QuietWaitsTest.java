package io.tailrace.forwarder.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.forwarder.checkpoint.PartitionProgress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuietWaitsTest {
    private final QuietWaits waits = new QuietWaits();

    private static PartitionProgress partition(int number) {
        return new PartitionProgress(1, number, 0, 0L);
    }

    @Test
    void shouldWaitLongerEachTimeAndPauseMeanwhile() {
        // Given
        PartitionProgress slow = partition(0);

        // When
        waits.onWaited(slow, false, 0);

        // Then
        assertThat(waits.isDue(slow, Duration.ofMillis(749).toNanos())).isFalse();
        assertThat(waits.isDue(slow, Duration.ofMillis(750).toNanos())).isTrue();
        assertThat(waits.isDue(partition(1), 0)).isTrue();
        assertThat(waits.atMost(slow)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void shouldWaitLittleAgainAfterAPartitionHasComeToRest() {
        // Given
        PartitionProgress slow = partition(0);
        waits.onWaited(slow, false, 0);

        // When
        waits.onWaited(slow, true, 1);

        // Then
        assertThat(waits.isDue(slow, 2)).isTrue();
        assertThat(waits.atMost(slow)).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void shouldTakeAThirdOfTheTimeAtMostForHoweverManyPartitions() {
        // Given: none of them ever comes to rest
        List<PartitionProgress> stuck =
                IntStream.range(0, 20).mapToObj(QuietWaitsTest::partition).toList();
        long nowNs = 0;
        long waitedNs = 0;
        long endNs = Duration.ofHours(6).toNanos();

        // When
        while (nowNs < endNs) {
            for (PartitionProgress partition : stuck) {
                if (waits.isDue(partition, nowNs)) {
                    long atMostNs = waits.atMost(partition).toNanos();
                    nowNs += atMostNs;
                    waitedNs += atMostNs;
                    waits.onWaited(partition, false, nowNs);
                }
            }
            nowNs += Duration.ofMillis(10).toNanos();
        }

        // Then
        assertThat((double) waitedNs / nowNs).isLessThan(0.35);
        assertThat(waits.atMost(stuck.get(0))).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void shouldForgetWhatIsNotAskedForAnyMore() {
        // Given
        PartitionProgress slow = partition(0);
        waits.onWaited(slow, false, 0);

        // When
        waits.retain(Set.of());

        // Then
        assertThat(waits.isDue(slow, 1)).isTrue();
    }
}
