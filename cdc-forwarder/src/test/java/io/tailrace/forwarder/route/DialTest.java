package io.tailrace.forwarder.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DialTest {

    private static List<Integer> taken(String topic, int partitions, int percentage) {
        return IntStream.range(0, partitions)
                .filter(partition -> Dial.takes(topic, partition, percentage))
                .boxed()
                .toList();
    }

    @Test
    void shouldTakeNothingAtZeroAndEverythingAtAHundred() {
        assertThat(taken("orders", 500, 0)).isEmpty();
        assertThat(taken("orders", 500, 100)).hasSize(500);
    }

    @Test
    void shouldOnlyAddPartitionsWhenItIsRaised() {
        for (int percentage = 0; percentage < 100; percentage++) {
            assertThat(taken("orders", 64, percentage + 1)).containsAll(taken("orders", 64, percentage));
        }
    }

    @Test
    void shouldSpreadEvenlyOverThePartitionsOfATopic() {
        for (int partitions : new int[] {8, 12, 50, 100}) {
            for (int percentage : new int[] {10, 25, 50, 75, 90}) {
                assertThat(taken("orders", partitions, percentage).size())
                        .as("%d %% of %d", percentage, partitions)
                        .isBetween(partitions * percentage / 100 - 2, partitions * percentage / 100 + 2);
            }
        }
    }

    @Test
    void shouldSpreadEvenlyOverTopicsWithOnePartition() {
        long taken = IntStream.range(0, 1_000)
                .filter(topic -> Dial.takes("topic-" + topic, 0, 50))
                .count();
        assertThat(taken).isBetween(400L, 600L);
    }
}
