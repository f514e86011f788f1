package io.tailrace.forwarder.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OffsetRunsTest {
    /** Records 0 to 4 at 100 to 104, a hole of five, then 10 to 14 behind two records of a stranger at 107 to 111. */
    private final OffsetRuns runs = new OffsetRuns(new long[] {0, 10}, new long[] {100, 107}, 15, 112);

    @Test
    void shouldFindTheRecordOnEitherSide() {
        assertThat(runs.targetOf(4)).isEqualTo(104);
        assertThat(runs.targetOf(10)).isEqualTo(107);
        assertThat(runs.targetOf(14)).isEqualTo(111);
        assertThat(runs.sourceOf(100)).isZero();
        assertThat(runs.sourceOf(111)).isEqualTo(14);
    }

    @Test
    void shouldHaveNoPlaceForWhatLiesOutside() {
        assertThat(runs.targetOf(9)).isEqualTo(OffsetRuns.NONE);
        assertThat(runs.targetOf(15)).isEqualTo(OffsetRuns.NONE);
        assertThat(runs.sourceOf(99)).isEqualTo(OffsetRuns.NONE);
        assertThat(runs.sourceOf(112)).isEqualTo(OffsetRuns.NONE);
    }

    @Test
    void shouldFindWhatComesNext() {
        assertThat(runs.targetFrom(9)).isEqualTo(107);
        assertThat(runs.targetFrom(15)).isEqualTo(112);
        assertThat(runs.sourceFrom(50)).isZero();
        assertThat(runs.sourceFrom(112)).isEqualTo(15);
    }

    @Test
    void shouldKnowRecordsOfOthersBetweenRuns() {
        OffsetRuns shared = new OffsetRuns(new long[] {0, 5}, new long[] {0, 8}, 7, 10);

        assertThat(shared.sourceOf(4)).isEqualTo(4);
        assertThat(shared.sourceOf(5)).isEqualTo(OffsetRuns.NONE);
        assertThat(shared.sourceFrom(6)).isEqualTo(5);
        assertThat(shared.sourceOf(8)).isEqualTo(5);
    }

    @Test
    void shouldEndEarlierWhereItIsTold() {
        OffsetRuns earlier = runs.upTo(7);

        assertThat(earlier.sourceEnd()).isEqualTo(7);
        assertThat(earlier.targetEnd()).isEqualTo(runs.targetFrom(7));
        assertThat(earlier.targetOf(10)).isEqualTo(OffsetRuns.NONE);
        assertThat(runs.upTo(15)).isSameAs(runs);
    }
}
