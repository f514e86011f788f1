package io.tailrace.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    @Test
    void shouldSpreadASecondsRecordsOverIt() {
        Pace pace = new Pace(5_000, 3);
        assertThat(pace.intendedNs(0)).isEqualTo(5_000);
        assertThat(pace.intendedNs(1)).isEqualTo(333_338_333);
        assertThat(pace.intendedNs(3)).isEqualTo(1_000_005_000);
    }

    @Test
    void shouldNotDriftOverADay() {
        Pace pace = new Pace(0, 7);
        assertThat(pace.intendedNs(7L * 86_400)).isEqualTo(86_400_000_000_000L);
    }

    @Test
    void shouldNotWaitForATimeThatIsOver() {
        long beginNs = System.nanoTime() - 3_600_000_000_000L;
        assertThat(new Pace(beginNs, 1).await(2)).isEqualTo(beginNs + 2_000_000_000L);
    }
}
