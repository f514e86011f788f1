package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogLimiterTest {
    private long nowNs = Long.MAX_VALUE - 5;

    @Test
    void shouldPassAFewLinesPerPeriodAndCountTheOthers() {
        // Given
        LogLimiter limiter = new LogLimiter(2, Duration.ofSeconds(10), () -> nowNs);

        // When // Then
        assertThat(limiter.tryPass()).isZero();
        assertThat(limiter.tryPass()).isZero();
        assertThat(limiter.tryPass()).isEqualTo(-1);
        assertThat(limiter.tryPass()).isEqualTo(-1);
        nowNs += TimeUnit.SECONDS.toNanos(10);
        assertThat(limiter.tryPass()).isEqualTo(2);
        assertThat(limiter.tryPass()).isZero();
        assertThat(limiter.tryPass()).isEqualTo(-1);
    }
}
