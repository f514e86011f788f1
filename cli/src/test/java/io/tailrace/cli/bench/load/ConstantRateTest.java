package io.tailrace.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConstantRateTest {

    private final ConstantRate rate = new ConstantRate(1_000, 50, 100, 5, 60, 600);

    @Test
    void shouldComeThroughTheArgumentsOfAProgram() {
        assertThat(ConstantRate.of(
                        rate.arguments().stream().map(String::valueOf).toList()))
                .isEqualTo(rate);
    }

    @Test
    void shouldCountTheRecordsOfTenHours() {
        assertThat(rate.records()).isEqualTo(36_005_000);
    }
}
