package io.tailrace.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrendTest {

    @Test
    void shouldMeasureAStraightLineFromItsFirstPointToItsLast() {
        Trend trend = Trend.of("table", "MiB", List.of(90.0, 95.0, 100.0, 105.0, 110.0));
        assertThat(trend.mean()).isEqualTo(100);
        assertThat(trend.changePercent()).isCloseTo(20, within(0.001));
        assertThat(trend.verdict()).isEqualTo(Trend.Verdict.RISING);
        assertThat(trend.cells()).containsExactly("table", "MiB", "rising", "100.00", "+20.0");
    }

    @Test
    void shouldCallWhatGoesUpAndDownFlat() {
        Trend trend = Trend.of("heap", "MiB", List.of(50.0, 150.0, 100.0, 150.0, 50.0));
        assertThat(trend.changePercent()).isCloseTo(0, within(0.001));
        assertThat(trend.verdict()).isEqualTo(Trend.Verdict.FLAT);
    }

    @Test
    void shouldSeeAFall() {
        assertThat(Trend.of("throughput", "records/s", List.of(100.0, 50.0)).verdict())
                .isEqualTo(Trend.Verdict.FALLING);
    }

    @Test
    void shouldCallNothingAtAllFlat() {
        assertThat(Trend.of("heap", "MiB", List.of(0.0, 0.0)).verdict()).isEqualTo(Trend.Verdict.FLAT);
    }

    @Test
    void shouldRefuseASingleValue() {
        assertThatThrownBy(() -> Trend.of("heap", "MiB", List.of(1.0))).isInstanceOf(IllegalArgumentException.class);
    }
}
