package io.tailrace.forwarder.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerifiedTest {
    private final OffsetRuns runs = new OffsetRuns(new long[] {0, 20}, new long[] {0, 10}, 30, 20);

    @Test
    void shouldCountWhatTheTargetDoesNotHaveAnyMoreAsNotVerifiable() {
        Verified behind = Verified.nothing("t", 0, 0).behindTrimmed(runs, 12);

        assertThat(behind.verifiedTo()).isEqualTo(22);
        assertThat(behind.targetVerifiedTo()).isEqualTo(12);
        assertThat(behind.goneFromTarget()).isEqualTo(12);
        assertThat(behind.fits("t", runs)).isTrue();
        assertThat(behind.behindTrimmed(runs, 12)).isSameAs(behind);
    }

    @Test
    void shouldNotGoBeyondWhatIsForwarded() {
        Verified behind = Verified.nothing("t", 0, 0).behindTrimmed(runs, 50).behindExpired(runs, 50);

        assertThat(behind.verifiedTo()).isEqualTo(30);
        assertThat(behind.targetVerifiedTo()).isEqualTo(20);
    }

    @Test
    void shouldCountWhatTheLogDoesNotHaveAnyMore() {
        Verified behind = Verified.nothing("t", 0, 0).behindExpired(runs, 21);

        assertThat(behind.verifiedTo()).isEqualTo(21);
        assertThat(behind.targetVerifiedTo()).isEqualTo(11);
        assertThat(behind.onlyOnTarget()).isEqualTo(11);
        assertThat(behind.fits("t", runs)).isTrue();
    }

    @Test
    void shouldNotFitAnotherTargetOrAnotherMap() {
        Verified verified = Verified.nothing("t", 0, 0).behindExpired(runs, 25);
        OffsetRuns shifted = new OffsetRuns(new long[] {0, 20}, new long[] {0, 13}, 30, 23);
        OffsetRuns shorter = new OffsetRuns(new long[] {0}, new long[] {0}, 5, 5);

        assertThat(verified.fits("t", runs)).isTrue();
        assertThat(verified.fits("u", runs)).isFalse();
        assertThat(verified.fits("t", shifted)).isFalse();
        assertThat(verified.fits("t", shorter)).isFalse();
    }
}
