package io.tailrace.forwarder.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final RateLimit rate = new RateLimit(1_000, 1 << 20);

    @Test
    void shouldRestForTheSlowerOfBothLimits() {
        assertThat(rate.rest(500, 0, Duration.ZERO)).isEqualTo(Duration.ofMillis(500));
        assertThat(rate.rest(500, 2 << 20, Duration.ZERO)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void shouldCountTheTimeThatTheWorkTook() {
        assertThat(rate.rest(500, 0, Duration.ofMillis(200))).isEqualTo(Duration.ofMillis(300));
        assertThat(rate.rest(500, 0, Duration.ofSeconds(2))).isZero();
    }
}
