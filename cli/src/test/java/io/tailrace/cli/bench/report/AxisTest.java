package io.tailrace.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {

    @Test
    void shouldPutDecadesAtTheSameDistance() {
        Axis axis = Axis.ofValues(List.of(1.0, 10.0, 1_000.0), 0, 300);
        assertThat(axis.at(1)).isEqualTo(0);
        assertThat(axis.at(10)).isCloseTo(100, within(0.001));
        assertThat(axis.at(1_000)).isEqualTo(300);
    }

    @Test
    void shouldBeLinearWhereItBeginsAtZero() {
        Axis axis = Axis.ofValues(List.of(0.0, 1_000.0, 4_000.0), 0, 400);
        assertThat(axis.at(1_000)).isCloseTo(100, within(0.001));
    }

    @Test
    void shouldPutASingleValueInTheMiddle() {
        assertThat(Axis.ofValues(List.of(4.0), 100, 300).at(4)).isEqualTo(200);
    }

    @Test
    void shouldEndAtARoundNumberAboveTheGreatest() {
        assertThat(Axis.fromZero(311_624, 400, 50).ticks())
                .containsExactly(0.0, 100_000.0, 200_000.0, 300_000.0, 400_000.0);
    }

    @Test
    void shouldHaveTwoEndsForNothing() {
        assertThat(Axis.fromZero(0, 400, 50).ticks()).hasSizeGreaterThan(1);
    }

    @Test
    void shouldWriteNumbersAsPeopleDo() {
        assertThat(List.of(Axis.label(100_000), Axis.label(0.5), Axis.label(0))).containsExactly("100,000", "0.5", "0");
    }
}
